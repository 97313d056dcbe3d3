// The two writes that make accounts at a start of the server; each is one durable transaction.
import { type AccountStore, type DeclaredAccount, type FirstAccount } from './account-store.js'
import { foldName } from './names.js'
import { type SqliteConnection } from './sqlite-connection.js'
import { joinRoles, text, toUser, USER_COLUMNS } from './sqlite-rows.js'
import {
  deleteTokens, insertApiKey, insertOrganization, insertToken, insertUser, isEmpty, revokeApiKey
} from './sqlite-writes.js'

/** AccountStore.createFirstAccount. The write lock is held while `announce` runs: a second process waits, then finds users. */
export function storeFirstAccount (db: SqliteConnection, account: FirstAccount, announce: () => void): boolean {
  return db.write('durable', () => {
    if (!isEmpty(db)) return false
    insertOrganization(db, account.organization)
    insertUser(db, account.user)
    insertApiKey(db, account.apiKey)
    insertToken(db, account.token, account.user.passwordHash)
    announce()
    return true
  })
}

/** AccountStore.declareAccount. */
export function declareAccount (
  db: SqliteConnection, account: DeclaredAccount, announce: () => void
): Awaited<ReturnType<AccountStore['declareAccount']>> {
  return db.write('durable', () => {
    const { user, apiKey, token, seen } = account
    const row = db.get(`SELECT ${USER_COLUMNS} FROM users AS u JOIN organizations AS o ON o.id = u.organization_id WHERE u.folded_login = ?`, foldName(user.login))
    const existing = row === undefined ? undefined : toUser(row)
    if (isEmpty(db) !== seen.empty || existing?.passwordHash !== seen.passwordHash) return 'changed_meanwhile'
    if (apiKey !== undefined && isTaken(db, apiKey)) return 'key_taken'

    const userId = existing?.id ?? user.id
    const organizationId = existing?.organizationId ?? oldestOrganization(db) ?? addOrganization(db, account)
    const passwordHash = user.passwordHash ?? existing?.passwordHash
    if (passwordHash === undefined) throw new TypeError('a new user needs a password')
    if (existing === undefined) {
      insertUser(db, { ...user, organizationId, passwordHash })
    } else {
      if (passwordHash !== existing.passwordHash) deleteTokens(db, 'user_id', userId)
      db.run('UPDATE users SET password_hash = ?, roles = ?, declared = 1, disabled_at = NULL WHERE id = ?', passwordHash, joinRoles([...new Set([...user.roles, ...existing.roles])]), userId)
    }
    retireUsers(db, userId, user.createdAt)
    if (apiKey !== undefined) {
      if (apiKey.declared) retireApiKeys(db, apiKey.id, apiKey.createdAt)
      ensureApiKey(db, { ...apiKey, organizationId })
    }
    if (token !== undefined) insertToken(db, token, passwordHash)
    announce()
    return 'declared'
  })
}

function isTaken (db: SqliteConnection, apiKey: { readonly id: string, readonly secretHash: string }): boolean {
  return db.count('SELECT count(*) AS n FROM api_keys WHERE id = ? AND secret_hash <> ?', apiKey.id, apiKey.secretHash) > 0
}

function oldestOrganization (db: SqliteConnection): string | undefined {
  const row = db.get('SELECT id FROM organizations ORDER BY created_at, rowid LIMIT 1')
  return row === undefined ? undefined : text(row, 'id')
}

function addOrganization (db: SqliteConnection, account: DeclaredAccount): string {
  insertOrganization(db, account.organization)
  return account.organization.id
}

/** A login that the settings no longer name must not stay open with its old password. */
function retireUsers (db: SqliteConnection, exceptId: string, disabledAt: Date): void {
  for (const row of db.all('SELECT id FROM users WHERE declared = 1 AND id <> ?', exceptId)) {
    deleteTokens(db, 'user_id', text(row, 'id'))
    db.run('UPDATE users SET declared = 0, disabled_at = coalesce(disabled_at, ?) WHERE id = ?', disabledAt.getTime(), text(row, 'id'))
  }
}

function retireApiKeys (db: SqliteConnection, exceptId: string, revokedAt: Date): void {
  for (const row of db.all('SELECT id FROM api_keys WHERE declared = 1 AND id <> ?', exceptId)) {
    revokeApiKey(db, text(row, 'id'), revokedAt)
    db.run('UPDATE api_keys SET declared = 0 WHERE id = ?', text(row, 'id'))
  }
}

function ensureApiKey (db: SqliteConnection, apiKey: Parameters<typeof insertApiKey>[1]): void {
  const revived = db.run('UPDATE api_keys SET declared = ?, organization_id = ?, revoked_at = NULL, expires_at = NULL WHERE id = ?',
    apiKey.declared ? 1 : 0, apiKey.organizationId, apiKey.id)
  if (revived === 0) insertApiKey(db, apiKey)
}
