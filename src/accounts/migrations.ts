// The versions of the store's schema, oldest first. A version that was released is never edited; a change is a new one.
import { type SqliteConnection } from './sqlite-connection.js'
import { StoreError } from './store-error.js'

/** One step of the schema. Its version is its place in the list, counted from 1. */
export interface Migration {
  readonly name: string
  readonly sql: string
}

/**
 * Times are milliseconds since 1970, UTC, and days of usage YYYY-MM-DD; roles are comma-joined; hashes are text. Usage
 * without a key has '' there: NULLs would not be one in a primary key.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'organisations, users, API keys and tokens',
    sql: `
      CREATE TABLE organizations (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        folded_name TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE users (
        id TEXT PRIMARY KEY,
        organization_id TEXT NOT NULL REFERENCES organizations (id),
        login TEXT NOT NULL,
        folded_login TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL,
        roles TEXT NOT NULL,
        declared INTEGER NOT NULL,
        disabled_at INTEGER,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE api_keys (
        id TEXT PRIMARY KEY,
        organization_id TEXT NOT NULL REFERENCES organizations (id),
        name TEXT NOT NULL,
        secret_hash TEXT NOT NULL,
        declared INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        revoked_at INTEGER,
        last_used_at INTEGER
      ) STRICT;
      CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        user_id TEXT NOT NULL REFERENCES users (id),
        key_id TEXT NOT NULL REFERENCES api_keys (id),
        issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX tokens_by_user ON tokens (user_id);
      CREATE INDEX tokens_by_key ON tokens (key_id);
      CREATE INDEX tokens_by_expiry ON tokens (expires_at);
    `
  },
  {
    // SQLite cannot take NOT NULL from a column: the table is made anew. Nothing refers to it.
    name: 'sessions of the console (tokens without a key) and usage',
    sql: `
      CREATE TABLE new_tokens (
        id TEXT PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        user_id TEXT NOT NULL REFERENCES users (id),
        key_id TEXT REFERENCES api_keys (id),
        issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      INSERT INTO new_tokens (id, token_hash, user_id, key_id, issued_at, expires_at)
        SELECT id, token_hash, user_id, key_id, issued_at, expires_at FROM tokens ORDER BY rowid;
      DROP TABLE tokens;
      ALTER TABLE new_tokens RENAME TO tokens;
      CREATE INDEX tokens_by_user ON tokens (user_id);
      CREATE INDEX tokens_by_key ON tokens (key_id);
      CREATE INDEX tokens_by_expiry ON tokens (expires_at);
      CREATE TABLE usage (
        day TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        key_id TEXT NOT NULL,
        function TEXT NOT NULL,
        calls INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        total_ms REAL NOT NULL,
        PRIMARY KEY (day, organization_id, key_id, function)
      ) STRICT, WITHOUT ROWID;
    `
  }
]

/**
 * Brings the schema up to the newest version. Safe when several processes begin at once: the write lock is taken
 * before the version is read, and the steps and their record are stored together or not at all.
 * @throws StoreError newer when the store was written by a newer program
 */
export function migrate (connection: SqliteConnection, appliedAt: Date, migrations: readonly Migration[] = MIGRATIONS): void {
  if (storedVersion(connection, migrations.length) === migrations.length) return
  connection.write('durable', () => {
    connection.script('CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT')
    const done = storedVersion(connection, migrations.length)
    migrations.slice(done).forEach((migration, index) => {
      connection.script(migration.sql)
      connection.run('INSERT INTO schema_versions (version, name, applied_at) VALUES (?, ?, ?)', done + index + 1, migration.name, appliedAt.getTime())
    })
  })
}

function storedVersion (connection: SqliteConnection, newestKnown: number): number {
  const tables = connection.count("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = 'schema_versions'")
  const version = tables === 0 ? 0 : connection.count('SELECT coalesce(max(version), 0) AS n FROM schema_versions')
  if (version > newestKnown) {
    throw new StoreError('newer', `${connection.path} was written by a newer compute-api (schema ${version}; this one knows ${newestKnown}): install that version again, or restore a backup from before the update`)
  }
  return version
}
