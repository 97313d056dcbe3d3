// What can be wrong with the account store itself, in words for the operator: the only errors here that name paths.
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Why the store cannot be used. */
export type StoreFault = 'missing' | 'exposed' | 'read_only' | 'full' | 'busy' | 'damaged' | 'newer' | 'unreadable'

/**
 * The account store cannot be used. `message` is for the operator's terminal or log and says what to do; it names
 * paths, so it is not for clients.
 */
export class StoreError extends Error {
  readonly fault: StoreFault

  constructor (fault: StoreFault, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'StoreError'
    this.fault = fault
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html); the low byte of an extended code is one. */
const SQLITE_FAULTS: Readonly<Record<number, StoreFault>> = {
  3: 'read_only', // PERM
  5: 'busy', // BUSY
  6: 'busy', // LOCKED
  8: 'read_only', // READONLY
  10: 'unreadable', // IOERR
  11: 'damaged', // CORRUPT
  13: 'full', // FULL
  14: 'read_only', // CANTOPEN
  15: 'busy', // PROTOCOL: gave up locking
  26: 'damaged' // NOTADB
}

const SYSTEM_FAULTS: Readonly<Record<string, StoreFault>> = {
  EROFS: 'read_only', EACCES: 'read_only', EPERM: 'read_only', ENOSPC: 'full', EDQUOT: 'full', EIO: 'unreadable', ENOTDIR: 'unreadable', EISDIR: 'unreadable', EEXIST: 'unreadable', ELOOP: 'unreadable', ENAMETOOLONG: 'unreadable'
}

/**
 * Puts an error of the file system or of SQLite into words; an error that is none of these is handed back as it is.
 * @param path the file or folder that was being used
 */
export function explainStoreError (error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error
  const { fault, code } = classify(error)
  if (fault === undefined) return error
  const actual = fault === 'unreadable' && hasNoSpace(path) ? 'full' : fault
  return new StoreError(actual, explain(actual, path, code), { cause: error })
}

/** True for an error of SQLite that another process's lock caused. */
export function isBusyError (error: unknown): boolean {
  return error instanceof Error && classify(error).fault === 'busy'
}

function classify (error: Error): { readonly fault: StoreFault | undefined, readonly code: string } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // libsql has no name for some extended codes, and gives a failed open none but ends its message with the number.
  const number = 'rawCode' in error && typeof error.rawCode === 'number'
    ? error.rawCode
    : Number(/Unable to open connection to local database .*: (\d+)\W*$/s.exec(error.message)?.[1] ?? NaN)
  return Number.isNaN(number)
    ? { fault: SYSTEM_FAULTS[code], code }
    : { fault: SQLITE_FAULTS[number & 0xff], code: code.startsWith('SQLITE_') ? code : `SQLite error ${number}` }
}

/** A full disk shows as an I/O error where SQLite maps its shared memory, 32 KiB at a time. */
function hasNoSpace (path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize < 2 * 32 * 1024
  } catch {
    return false
  }
}

function explain (fault: StoreFault, path: string, code: string): string {
  switch (fault) {
    case 'read_only':
      return `${path} cannot be opened for writing (${code}): give it to the user that runs compute-api${userHint()}, or mount it read-write, or choose another folder with COMPUTE_DATA_DIR`
    case 'full':
      return `The disk that holds ${path} is full (${code}): free some space and try again; what was stored before is intact`
    case 'busy':
      return `${path} is locked by another process (${code}): end the compute-api command, backup or SQLite shell that holds it and try again`
    case 'damaged':
      return `${path} is damaged or not an account store (${code}): restore it from a backup, or move it away to begin with an empty store`
    default:
      return `${path} cannot be read or written (${code}): check the disk and the path, then try again`
  }
}

function userHint (): string {
  const uid = process.getuid?.()
  return uid === undefined ? '' : ` (uid ${uid})`
}
