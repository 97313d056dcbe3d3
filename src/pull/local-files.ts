// Files in a folder, found by what they hold and not by their names.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ExpectedDigest, type FileDigest, digestFault, digestFile } from '../runtime/model-digest.js'

export interface LocalFiles {
  /** A file with the digest; undefined where there is none. Hashes only files whose length fits, each once. */
  find (expected: ExpectedDigest): Promise<string | undefined>
  /** How many files there are. */
  readonly count: number
}

// A net is no smaller; where no length is known there is no reason to hash less.
const LEAST_BYTES = 1_000

/** Lists a folder with all below it. @throws the file system's errors */
export function listLocalFiles (folder: string): LocalFiles {
  const files = readdirSync(folder, { recursive: true }).map(name => join(folder, String(name))).flatMap(path => {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats?.isFile() === true ? [{ path, bytes: stats.size }] : []
  })
  const digests = new Map<string, FileDigest | undefined>()
  async function digestOnce (path: string): Promise<FileDigest | undefined> {
    if (!digests.has(path)) digests.set(path, await digestFile(path).catch(() => undefined))
    return digests.get(path)
  }
  return {
    count: files.length,
    async find (expected) {
      for (const { path, bytes } of files) {
        if (expected.bytes === undefined ? bytes < LEAST_BYTES : bytes !== expected.bytes) continue
        const digest = await digestOnce(path)
        if (digest !== undefined && digestFault(digest, expected) === undefined) return path
      }
      return undefined
    }
  }
}
