// Gets models' files from the addresses of the manifest, from a mirror or from a folder. Nothing takes a file's place
// before its digest is right. Part of the command line: no server ever reaches this room.
import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { digestFault, digestFile, type ExpectedDigest } from '../runtime/model-digest.js'
import { expectedDigest, inspectFile } from '../runtime/model-files.js'
import type { PulledModel } from '../runtime/model-manifest.js'
import { type Downloader, DownloadError } from './download.js'
import { type LocalFiles } from './local-files.js'
import { type PartFile, openPart } from './part-file.js'

/** Where files come from: their own addresses, a mirror (its base address), or a folder. */
export type PullSource = { readonly kind: 'manifest' } | { readonly kind: 'mirror', readonly base: string } | { readonly kind: 'folder', readonly files: LocalFiles, readonly path: string }

export interface PullOptions {
  readonly models: readonly PulledModel[]
  readonly source: PullSource
  /** Where they go; made where it is missing. */
  readonly folder: string
  readonly downloader: Downloader
  readonly signal: AbortSignal
  /** How a file grows, for people. */
  readonly onProgress?: (file: string, received: number, total: number | undefined) => void
  /** What became of each file, as soon as that is known. */
  readonly onFile?: (file: PulledFile) => void
  /** Time between two attempts at one address. */
  readonly pauseMs?: number
}

/** What became of one file. */
export interface PulledFile {
  readonly model: string
  readonly file: string
  /** `kept`: it was there, with the right digest. */
  readonly state: 'kept' | 'pulled' | 'failed'
  /** The address or path that gave it. */
  readonly from?: string
  /** What each place that was tried answered, in order. */
  readonly faults: readonly string[]
}

/** The folder cannot take the file; no other address would help. */
class FolderError extends Error {}

const ATTEMPTS = 3
const PAUSE_MS = 1_000
const FOLDER_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no room left on its disk',
  EDQUOT: 'the quota of its disk is used up',
  EROFS: 'it is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'a file has its name'
}

/**
 * Pulls models one file after the other; one that fails does not keep the others from coming, unless the folder is at
 * fault.
 * @throws the signal's reason; what was received is kept then, and the next pull goes on from there
 */
export async function pullModels (options: PullOptions): Promise<PulledFile[]> {
  const results: PulledFile[] = []
  let folderFault: string | undefined
  for (const model of options.models) {
    for (const file of model.files) {
      let result: PulledFile
      try {
        result = folderFault === undefined
          ? await pullFile(model.id, file, options)
          : { model: model.id, file: file.file, state: 'failed', faults: [folderFault] }
      } catch (error) {
        if (!(error instanceof FolderError)) throw error
        folderFault = error.message
        result = { model: model.id, file: file.file, state: 'failed', faults: [error.message] }
      }
      results.push(result)
      options.onFile?.(result)
    }
  }
  return results
}

async function pullFile (model: string, file: PulledModel['files'][number], options: PullOptions): Promise<PulledFile> {
  options.signal.throwIfAborted()
  const target = join(options.folder, file.file)
  const named = { model, file: file.file }
  if ((await inspectFile(target, file)).state === 'installed') return { ...named, state: 'kept', faults: [] }
  const faults: string[] = []
  const part = await openPart(target).catch((error: unknown) => { throw folderError(error, options.folder) })
  let whole = false
  try {
    for (const from of await placesOf(file, options.source)) {
      const fault = await fill(part, from, file, options)
      if (fault === undefined) {
        whole = true
        await part.place().catch((error: unknown) => { throw folderError(error, options.folder) })
        return { ...named, state: 'pulled', from, faults }
      }
      faults.push(`${from}: ${fault}`)
    }
    if (faults.length === 0 && options.source.kind === 'folder') faults.push(`${options.source.path}: none of its ${options.source.files.count} files has the digest`)
    return { ...named, state: 'failed', faults }
  } finally {
    // On a full disk what is of no use yet is in the way.
    if (!whole) await part.leave(options.signal.aborted || faults.length > 0)
  }
}

/** Where to look for a file, in order. */
async function placesOf (file: PulledModel['files'][number], source: PullSource): Promise<readonly string[]> {
  switch (source.kind) {
    case 'manifest': return file.urls
    case 'mirror': {
      // By the name that it has here, else by those that it has at its own addresses.
      const names = new Set([file.file, ...file.urls.map(url => basename(new URL(url).pathname))])
      return [...names].map(name => `${source.base.replace(/\/+$/, '')}/${name}`)
    }
    case 'folder': {
      const path = await source.files.find(expectedDigest(file))
      return path === undefined ? [] : [path]
    }
  }
}

/** Fills the part from one place; undefined when its digest is right, else what was wrong. */
async function fill (part: PartFile, from: string, file: PulledModel['files'][number], options: PullOptions): Promise<string | undefined> {
  const expected = expectedDigest(file)
  let fault = ''
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const resumed = part.size > 0
    try {
      if (options.source.kind === 'folder') await copy(part, from, options.signal)
      else await download(part, from, file, options)
      const digestFault = await faultOf(part, expected)
      if (digestFault === undefined) return undefined
      await part.empty()
      fault = digestFault
      // What was here before may have been the beginning of another file.
      if (!resumed) return fault
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason
      if (!(error instanceof DownloadError)) throw folderError(error, options.folder)
      fault = error.message
      if (!error.again) return fault
      if (attempt < ATTEMPTS) await pause((options.pauseMs ?? PAUSE_MS) * attempt, options.signal)
    }
  }
  return fault
}

async function download (part: PartFile, url: string, file: PulledModel['files'][number], { downloader, signal, onProgress }: PullOptions): Promise<void> {
  if (file.bytes !== undefined && part.size === file.bytes) return
  if (file.bytes !== undefined && part.size > file.bytes) await part.empty()
  await downloader.download({ url, part, bytes: file.bytes, signal, onProgress: (received, total) => onProgress?.(file.file, received, total) })
}

async function copy (part: PartFile, path: string, signal: AbortSignal): Promise<void> {
  await part.empty()
  for await (const piece of createReadStream(path, { signal })) await part.write(piece as Buffer)
}

async function faultOf (part: PartFile, expected: ExpectedDigest): Promise<string | undefined> {
  const fault = digestFault(await digestFile(part.path), expected)
  return fault === undefined ? undefined : `it is another file than the manifest means: ${fault}`
}

function folderError (error: unknown, folder: string): FolderError {
  const { code, message } = error as NodeJS.ErrnoException
  return new FolderError(`${folder} cannot take the file: ${FOLDER_FAULTS[code ?? ''] ?? message} (${code ?? 'unknown'})`)
}

async function pause (ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => { signal.removeEventListener('abort', stop); resolve() }, ms)
    const stop = (): void => { clearTimeout(timer); reject(signal.reason) }
    signal.addEventListener('abort', stop, { once: true })
  })
}
