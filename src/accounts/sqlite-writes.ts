// The single writes that several operations of the store are made of. All run inside their caller's transaction.
import { type NewApiKey, type NewToken, type NewUser, type Organization, type Usage } from './account-store.js'
import { foldName } from './names.js'
import { type SqliteConnection } from './sqlite-connection.js'
import { joinRoles, NO_KEY } from './sqlite-rows.js'

/** True while no user was ever stored. */
export function isEmpty (db: SqliteConnection): boolean {
  return db.count('SELECT count(*) AS n FROM users') === 0
}

export function insertOrganization (db: SqliteConnection, organization: Organization): void {
  db.run('INSERT INTO organizations (id, name, folded_name, created_at) VALUES (?, ?, ?, ?)',
    organization.id, organization.name, foldName(organization.name), organization.createdAt.getTime())
}

export function insertUser (db: SqliteConnection, user: NewUser): void {
  db.run('INSERT INTO users (id, organization_id, login, folded_login, password_hash, roles, declared, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    user.id, user.organizationId, user.login, foldName(user.login), user.passwordHash, joinRoles(user.roles),
    user.declared ? 1 : 0, user.createdAt.getTime())
}

export function insertApiKey (db: SqliteConnection, apiKey: NewApiKey): void {
  db.run('INSERT INTO api_keys (id, organization_id, name, secret_hash, declared, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    apiKey.id, apiKey.organizationId, apiKey.name, apiKey.secretHash, apiKey.declared ? 1 : 0,
    apiKey.createdAt.getTime(), apiKey.expiresAt?.getTime() ?? null)
}

/** Inserts the token if its user is enabled and still has the password, and its key, if it has one, is not revoked. */
export function insertToken (db: SqliteConnection, token: NewToken, passwordHash: string): boolean {
  return db.run(`
    INSERT INTO tokens (id, token_hash, user_id, key_id, issued_at, expires_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6
    WHERE EXISTS (SELECT 1 FROM users WHERE id = ?3 AND password_hash = ?7 AND disabled_at IS NULL)
      AND (?4 IS NULL OR EXISTS (SELECT 1 FROM api_keys WHERE id = ?4 AND revoked_at IS NULL))`,
  token.id, token.tokenHash, token.userId, token.keyId ?? null, token.issuedAt.getTime(), token.expiresAt.getTime(), passwordHash) === 1
}

/** @returns how many tokens there were */
export function deleteTokens (db: SqliteConnection, column: 'id' | 'token_hash' | 'user_id' | 'key_id', value: string): number {
  return db.run(`DELETE FROM tokens WHERE ${column} = ?`, value)
}

/** Adds to the row of the same day, organisation, key and function, or makes it. */
export function addUsage (db: SqliteConnection, usage: Usage): void {
  db.run(`
    INSERT INTO usage (day, organization_id, key_id, function, calls, errors, total_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (day, organization_id, key_id, function) DO UPDATE SET
      calls = calls + excluded.calls, errors = errors + excluded.errors, total_ms = total_ms + excluded.total_ms`,
  usage.day, usage.organizationId, usage.keyId ?? NO_KEY, usage.function, usage.calls, usage.errors, usage.totalMs)
}

/** Revokes a key and ends its tokens. False: no such key, or revoked before. */
export function revokeApiKey (db: SqliteConnection, id: string, revokedAt: Date): boolean {
  deleteTokens(db, 'key_id', id)
  return db.run('UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', revokedAt.getTime(), id) === 1
}
