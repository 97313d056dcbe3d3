// The account store in one SQLite file. Everything that is SQLite's stays behind AccountStore's methods.
import { type AccountStore } from './account-store.js'
import { migrate } from './migrations.js'
import { foldName } from './names.js'
import { type SqliteConnection, openSqlite } from './sqlite-connection.js'
import { declareAccount, storeFirstAccount } from './sqlite-first-account.js'
import {
  API_KEY_COLUMNS, ORGANIZATION_COLUMNS, SESSION_COLUMNS, USAGE_COLUMNS, USER_COLUMNS, toApiKey, toOrganization, toSession, toUsage, toUser
} from './sqlite-rows.js'
import { addUsage, deleteTokens, insertApiKey, insertOrganization, insertToken, insertUser, isEmpty, revokeApiKey } from './sqlite-writes.js'
import { explainStoreError } from './store-error.js'
import { prepareStoreFiles, storePath } from './store-files.js'

const USERS = 'users AS u JOIN organizations AS o ON o.id = u.organization_id'
const API_KEYS = 'api_keys AS k JOIN organizations AS o ON o.id = k.organization_id'
const SESSIONS = 'tokens AS t JOIN users AS u ON u.id = t.user_id JOIN organizations AS o ON o.id = u.organization_id'

/**
 * Opens the account store of a data folder, and brings its schema up to date. Several processes may have it open.
 * @param options.create false: a missing store is an error, as it is for commands
 * @throws StoreError that says what to do when the store is missing, exposed, read-only, on a full disk, damaged or newer
 */
export async function openSqliteStore (dataDir: string, options: { readonly create: boolean } = { create: true }): Promise<AccountStore> {
  try {
    prepareStoreFiles(dataDir, options.create)
  } catch (error) {
    throw explainStoreError(error, dataDir)
  }
  const connection = openSqlite(storePath(dataDir))
  try {
    migrate(connection, new Date())
  } catch (error) {
    connection.close()
    throw error
  }
  return createSqliteStore(connection)
}

function createSqliteStore (db: SqliteConnection): AccountStore {
  return {
    async listOrganizations () {
      return db.all(`SELECT ${ORGANIZATION_COLUMNS} FROM organizations ORDER BY created_at, rowid`).map(toOrganization)
    },
    async isEmpty () {
      return isEmpty(db)
    },
    async findUser (login) {
      const row = db.get(`SELECT ${USER_COLUMNS} FROM ${USERS} WHERE u.folded_login = ?`, foldName(login))
      return row === undefined ? undefined : toUser(row)
    },
    async listUsers () {
      return db.all(`SELECT ${USER_COLUMNS} FROM ${USERS} ORDER BY u.created_at, u.rowid`).map(toUser)
    },
    async createUser (user, newOrganization) {
      return db.write('durable', () => {
        if (db.count('SELECT count(*) AS n FROM users WHERE folded_login = ?', foldName(user.login)) > 0) return 'login_taken'
        if (newOrganization !== undefined) {
          if (db.count('SELECT count(*) AS n FROM organizations WHERE folded_name = ?', foldName(newOrganization.name)) > 0) return 'organization_taken'
          insertOrganization(db, newOrganization)
        }
        insertUser(db, user)
        return 'created'
      })
    },
    async setUserDisabled (userId, disabledAt) {
      return db.write('durable', () => db.run(
        'UPDATE users SET disabled_at = CASE WHEN ?2 IS NULL THEN NULL ELSE coalesce(disabled_at, ?2) END WHERE id = ?1',
        userId, disabledAt?.getTime() ?? null) === 1)
    },
    async changePassword (userId, passwordHash) {
      return db.write('durable', () => {
        deleteTokens(db, 'user_id', userId)
        return db.run('UPDATE users SET password_hash = ? WHERE id = ?', passwordHash, userId) === 1
      })
    },
    async upgradePasswordHash (userId, seenHash, passwordHash) {
      db.run('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', passwordHash, userId, seenHash)
    },

    async findApiKey (id) {
      const row = db.get(`SELECT ${API_KEY_COLUMNS} FROM ${API_KEYS} WHERE k.id = ?`, id)
      return row === undefined ? undefined : toApiKey(row)
    },
    async listApiKeys () {
      return db.all(`SELECT ${API_KEY_COLUMNS} FROM ${API_KEYS} ORDER BY k.created_at, k.rowid`).map(toApiKey)
    },
    async createApiKey (apiKey) {
      db.write('durable', () => insertApiKey(db, apiKey))
    },
    async revokeApiKey (id, revokedAt) {
      return db.write('durable', () => revokeApiKey(db, id, revokedAt))
    },
    async noteKeyUse (id, usedAt, leastGapMs) {
      db.run('UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)',
        usedAt.getTime(), id, usedAt.getTime() - leastGapMs)
    },

    async createToken (token, seenPasswordHash) {
      return insertToken(db, token, seenPasswordHash)
    },
    async findSession (tokenHash) {
      const row = db.get(`SELECT ${SESSION_COLUMNS} FROM ${SESSIONS} WHERE t.token_hash = ?`, tokenHash)
      return row === undefined ? undefined : toSession(row)
    },
    async listSessions (userId) {
      return db.all(`SELECT ${SESSION_COLUMNS} FROM ${SESSIONS} WHERE ?1 IS NULL OR t.user_id = ?1 ORDER BY t.issued_at, t.rowid`, userId ?? null).map(toSession)
    },
    async revokeToken (token) {
      return db.write('durable', () => 'id' in token
        ? deleteTokens(db, 'id', token.id)
        : deleteTokens(db, 'token_hash', token.tokenHash)) === 1
    },
    async revokeTokensOfUser (userId) {
      return db.write('durable', () => deleteTokens(db, 'user_id', userId))
    },
    async purgeTokens (expiredBefore, limit) {
      return db.run('DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires_at < ? LIMIT ?)', expiredBefore.getTime(), limit)
    },

    async addUsage (usage) {
      db.write('relaxed', () => { for (const row of usage) addUsage(db, row) })
    },
    async listUsage ({ organizationId, fromDay, toDay }) {
      return db.all(`SELECT ${USAGE_COLUMNS} FROM usage WHERE organization_id = ? AND day >= ? AND day <= ? ORDER BY day, key_id, function`,
        organizationId, fromDay, toDay).map(toUsage)
    },
    async purgeUsage (beforeDay) {
      db.run('DELETE FROM usage WHERE day < ?', beforeDay)
    },

    async createFirstAccount (account, announce) {
      return storeFirstAccount(db, account, announce)
    },
    async declareAccount (account, announce) {
      return declareAccount(db, account, announce)
    },
    async close () {
      db.close()
    }
  }
}
