// The data folder and the store's file as the file system sees them: only their owner may look inside.
import {
  accessSync, chmodSync, closeSync, constants, fsyncSync, mkdirSync, openSync, readdirSync, statSync, type Stats
} from 'node:fs'
import { dirname, join } from 'node:path'
import { StoreError } from './store-error.js'

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600
const OTHERS_BITS = 0o077
const OTHERS_MAY_WRITE = 0o002
const STICKY = 0o1000

/** The store's file inside the data folder; SQLite puts `-wal` and `-shm` beside it, with the same mode. */
export function storePath (dataDir: string): string {
  return join(dataDir, 'accounts.sqlite')
}

/**
 * Makes sure that the store's file exists and that nobody but its owner can read it.
 *
 * A new folder gets mode 0700, a new file 0600 whatever the umask; so does an empty folder that is ours already, as a
 * fresh volume is. The modes of anything else are the operator's: they are judged, not changed.
 * @param create false: a missing store is an error instead
 * @throws StoreError missing, exposed; file system errors as they are
 */
export function prepareStoreFiles (dataDir: string, create: boolean): void {
  const path = storePath(dataDir)
  if (!create && statOf(path) === undefined) {
    throw new StoreError('missing', `There is no account store in ${dataDir}: start the server once (compute-api serve), or name its data folder with --data-dir or COMPUTE_DATA_DIR`)
  }
  if (create) prepareFolder(dataDir)
  refuseOpenFolder(dataDir)
  if (statOf(path) === undefined) createFile(path, dataDir)
  for (const file of [path, `${path}-wal`, `${path}-shm`]) refuseExposedFile(file)
}

function prepareFolder (dataDir: string): void {
  const existing = statOf(dataDir)
  if (existing === undefined) {
    refuseUnwritableParent(dataDir)
    mkdirSync(dataDir, { recursive: true, mode: OWNER_ONLY_FOLDER })
  } else if (isExposed(existing) && existing.uid === process.getuid?.() && readdirSync(dataDir).length === 0) {
    chmodSync(dataDir, OWNER_ONLY_FOLDER)
  }
}

/** On a read-only disk node's recursive mkdir says ENOENT; the nearest folder that exists tells what is the matter. */
function refuseUnwritableParent (dataDir: string): void {
  let parent = dirname(dataDir)
  while (statOf(parent) === undefined && parent !== dirname(parent)) parent = dirname(parent)
  accessSync(parent, constants.W_OK)
}

/** Whoever may write in the folder can put another store in place of ours. */
function refuseOpenFolder (dataDir: string): void {
  const stats = statOf(dataDir)
  if (stats !== undefined && hasModes() && (stats.mode & OTHERS_MAY_WRITE) !== 0 && (stats.mode & STICKY) === 0) {
    throw new StoreError('exposed', `Every user of this machine may write in the data folder ${dataDir} (mode ${octal(stats)}): run chmod 700 ${dataDir}, or name a sub-folder of it, which will be created with mode 0700`)
  }
}

function refuseExposedFile (path: string): void {
  const stats = statOf(path)
  if (stats !== undefined && isExposed(stats)) {
    throw new StoreError('exposed', `Other users may read or write ${path} (mode ${octal(stats)}): run chmod 600 ${path}* and, if they may have read it, replace its passwords and keys`)
  }
}

/** `wx` loses to a process that was faster, which is as good; the folder's entry is synced so that it survives a power cut. */
function createFile (path: string, dataDir: string): void {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY_FILE))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw error
  }
  if (!hasModes()) return
  const folder = openSync(dataDir, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function isExposed (stats: Stats): boolean {
  return hasModes() && (stats.mode & OTHERS_BITS) !== 0
}

/** Windows has access lists instead; its mode bits say nothing. */
function hasModes (): boolean {
  return process.platform !== 'win32'
}

function octal (stats: Stats): string {
  return (stats.mode & 0o7777).toString(8).padStart(4, '0')
}

function statOf (path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
