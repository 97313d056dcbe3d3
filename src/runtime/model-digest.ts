// How a model's file is known: by SHA-256, or by the id that git gives its bytes where a repository states only that.
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** What a file really is. */
export interface FileDigest {
  readonly bytes: number
  /** Lower-case hexadecimal, as all digests here. */
  readonly sha256: string
  /** `git hash-object`: SHA-1 of "blob ", the length in decimal, a zero byte and the bytes. */
  readonly gitBlob: string
}

/** What a file should be. At least one of the digests is known. */
export interface ExpectedDigest {
  readonly bytes?: number
  readonly sha256?: string
  readonly gitBlob?: string
}

/**
 * Reads a file once, in pieces, and digests it.
 * @throws the file system's errors; Error where the file changes its length meanwhile
 */
export async function digestFile (path: string): Promise<FileDigest> {
  const { size } = statSync(path)
  const digest = startDigest(size)
  await pipeline(createReadStream(path), async function (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) digest.add(piece)
  })
  return digest.end()
}

/** Digests bytes in memory. */
export function digestBytes (bytes: Uint8Array): FileDigest {
  const digest = startDigest(bytes.byteLength)
  digest.add(bytes)
  return digest.end()
}

/** The first difference in words, as "its sha256 is …, expected …"; undefined where all that is expected holds. */
export function digestFault (actual: FileDigest, expected: ExpectedDigest): string | undefined {
  for (const [name, words] of [['bytes', 'it has {} bytes'], ['sha256', 'its sha256 is {}'], ['gitBlob', 'its git blob id is {}']] as const) {
    const wanted = expected[name]
    if (wanted !== undefined && wanted !== actual[name]) return `${words.replace('{}', String(actual[name]))}, expected ${wanted}`
  }
  return undefined
}

function startDigest (size: number): { add (piece: Uint8Array): void, end (): FileDigest } {
  const sha256 = createHash('sha256')
  const gitBlob = createHash('sha1').update(`blob ${size}\0`)
  let bytes = 0
  return {
    add (piece) {
      sha256.update(piece)
      gitBlob.update(piece)
      bytes += piece.byteLength
    },
    end () {
      if (bytes !== size) throw new Error(`A file of ${size} bytes gave ${bytes}: it is being written`)
      return { bytes, sha256: sha256.digest('hex'), gitBlob: gitBlob.digest('hex') }
    }
  }
}
