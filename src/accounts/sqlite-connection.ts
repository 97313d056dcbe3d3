// One connection to a SQLite file through libsql: settings, transactions, errors in words. No account knowledge.
import Database from 'libsql'
import { explainStoreError, isBusyError } from './store-error.js'

/** How long a statement waits for another process's lock. Commands hold it for milliseconds. */
const BUSY_TIMEOUT_MS = 5_000
/** The write-ahead log is cut back to this after a checkpoint. */
const MAX_IDLE_LOG_BYTES = 4 * 1024 * 1024

/** What may be bound to a parameter. */
export type SqlValue = string | number | null

/**
 * `durable`: on the disk when it returns (fsync). `relaxed`: safe from a crash of the process at once and never torn,
 * but the last moments before a power cut may be lost.
 */
export type Durability = 'durable' | 'relaxed'

/** A connection; all of it is synchronous, errors are StoreErrors where there is something to say. */
export interface SqliteConnection {
  readonly path: string
  /** The first row, or undefined. */
  get (sql: string, ...values: readonly SqlValue[]): unknown
  all (sql: string, ...values: readonly SqlValue[]): readonly unknown[]
  /** @returns how many rows changed */
  run (sql: string, ...values: readonly SqlValue[]): number
  /** The number that a query names `n`. */
  count (sql: string, ...values: readonly SqlValue[]): number
  /** Runs statements without parameters. */
  script (sql: string): void
  /** Runs `work` as one transaction that holds the write lock from its beginning; when it throws, nothing is stored. */
  write<T> (durability: Durability, work: () => T): T
  close (): void
}

/**
 * Opens a file in WAL mode with foreign keys on.
 * @throws StoreError
 */
export function openSqlite (path: string): SqliteConnection {
  const explained = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw explainStoreError(error, path)
    }
  }
  const database = explained(() => configure(new Database(path, { timeout: BUSY_TIMEOUT_MS })))
  const statements = new Map<string, Database.Statement>()

  const prepare = (sql: string): Database.Statement => {
    const known = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, known)
    return known
  }
  const connection: SqliteConnection = {
    path,
    get: (sql, ...values) => explained(() => prepare(sql).get(bindable(values))),
    all: (sql, ...values) => explained(() => prepare(sql).all(bindable(values))),
    run: (sql, ...values) => explained(() => prepare(sql).run(bindable(values)).changes),
    count (sql, ...values) {
      const row = connection.get(sql, ...values)
      if (typeof row !== 'object' || row === null || !('n' in row) || typeof row.n !== 'number') throw new TypeError('a query for a count must name it n')
      return row.n
    },
    script: sql => { explained(() => database.exec(sql)) },
    write (durability, work) {
      return explained(() => {
        // The level cannot change inside a transaction, and it belongs to the connection: nothing else runs meanwhile.
        if (durability === 'durable') database.exec('PRAGMA synchronous = FULL')
        try {
          return transact(database, work)
        } finally {
          if (durability === 'durable') database.exec('PRAGMA synchronous = NORMAL')
        }
      })
    },
    close () {
      statements.clear()
      database.close()
    }
  }
  return connection
}

function configure (database: Database.Database): Database.Database {
  // Changing to WAL is the one step that does not wait for other processes' locks; several may open a new file at once.
  retryWhileBusy(() => database.pragma('journal_mode = WAL'))
  database.pragma('foreign_keys = ON')
  database.pragma('synchronous = NORMAL')
  database.pragma(`journal_size_limit = ${MAX_IDLE_LOG_BYTES}`)
  return database
}

function retryWhileBusy (work: () => void): void {
  const endsAt = performance.now() + BUSY_TIMEOUT_MS
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusyError(error) || performance.now() > endsAt) throw error
      Atomics.wait(sleeper, 0, 0, 20)
    }
  }
}

function transact<T> (database: Database.Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has rolled back by itself after some faults, a full disk among them.
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** libsql ends the whole process when it is given a boolean, and binds undefined as NULL: neither may reach it. */
function bindable (values: readonly SqlValue[]): SqlValue[] {
  return values.map(value => {
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`a ${typeof value} cannot be bound to a statement`)
    return value
  })
}
