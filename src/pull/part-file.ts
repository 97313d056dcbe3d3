// A file on its way: it grows beside its place under another name, and takes the place in one step when it is whole.
// Several pulls may be at work on one folder; each writes to a file of its own.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface PartFile {
  readonly path: string
  /** Bytes that are there; more than 0 from the start where an earlier pull was interrupted. */
  readonly size: number
  /** Appends. @throws the file system's errors, as ENOSPC */
  write (bytes: Uint8Array): Promise<void>
  /** Begins anew. */
  empty (): Promise<void>
  /** Puts the file, safe on the disk, into its place; whoever has the old one open keeps it. */
  place (): Promise<void>
  /** Leaves what is there for the next pull to go on with, or nothing where it is of no use. */
  leave (keep: boolean): Promise<void>
}

// No pull that lives is silent for so long: downloads are given up after 30 s without a byte.
const ABANDONED_MS = 120_000

/** Opens the part of a file: what an earlier pull left, or an empty one. @throws the file system's errors */
export async function openPart (target: string): Promise<PartFile> {
  const folder = dirname(target)
  mkdirSync(folder, { recursive: true })
  const left = join(folder, `.${basename(target)}.part`)
  const path = `${left}-${process.pid}-${randomBytes(4).toString('hex')}`
  const adopted = await adopt(left, path)
  const handle = await open(path, adopted ? 'r+' : 'wx+')
  let size = adopted ? (await handle.stat()).size : 0
  return {
    path,
    get size () { return size },
    async write (bytes) {
      await writeAll(handle, bytes, size)
      size += bytes.byteLength
    },
    async empty () {
      await handle.truncate(0)
      size = 0
    },
    async place () {
      await handle.sync()
      await handle.close()
      await rename(path, target)
      await syncFolder(folder)
    },
    async leave (keep) {
      await handle.close().catch(() => {})
      if (keep && size > 0) await rename(path, left).catch(() => {})
      else await rm(path, { force: true })
    }
  }
}

/** Takes over what nobody works on any more. Renaming is the claim: of several pulls one succeeds. */
async function adopt (left: string, path: string): Promise<boolean> {
  const folder = dirname(left)
  for (const name of readdirSync(folder).filter(name => name === basename(left) || name.startsWith(`${basename(left)}-`))) {
    const candidate = join(folder, name)
    const changedMs = statSync(candidate, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    if (candidate !== left && Date.now() - changedMs < ABANDONED_MS) continue
    try {
      await rename(candidate, path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return false
}

async function writeAll (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    at += (await handle.write(bytes, at, bytes.byteLength - at, position + at)).bytesWritten
  }
}

// So that the new name outlives a power cut. Not every system lets a folder be opened.
async function syncFolder (folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
