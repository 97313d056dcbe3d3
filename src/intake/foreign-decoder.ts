// BMP and HEIC, which sharp's build cannot read, decoded in a worker thread of their own: the thread can be killed, its
// memory is bounded, and none of it exists until the first such picture comes.
import { Failure } from '../errors.js'
import { createThreadPool } from '../runtime/thread-pool.js'
import { BmpError, readBmpHeader } from './decode-bmp.js'
import { damaged, tooManyPixels } from './decode-failures.js'
import type { ForeignResult, ForeignTask } from './foreign-decoder-worker.js'

export interface ForeignDecoderOptions {
  readonly maxPixels: number
  /** How long the thread lives on without work. */
  readonly idleTimeoutMs?: number
}

export interface ForeignDecoder {
  /**
   * Decodes a picture to an uncompressed TIFF, upright and with its colour profile if it has one.
   * @param signal when aborted, the thread at work is killed
   * @throws Failure too_large, unsupported_media for damaged data, busy when too many pictures wait
   */
  decode (format: ForeignTask['format'], bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** How many threads exist now. */
  threads (): number
  /** Kills the thread; what is under way is rejected. */
  close (): Promise<void>
}

/** One thread: a 12-megapixel HEIC takes 105 MB in libheif and 1.5 s, and such pictures are rare. */
const MAX_THREADS = 1
const MAX_WAITING = 16
const DEFAULT_IDLE_TIMEOUT_MS = 10_000
/** JavaScript objects only; pixels and WebAssembly memory lie outside and are bounded by the number of pixels. */
const MAX_HEAP_MB = 96

const WORKER_URL = new URL('./foreign-decoder-worker.js', import.meta.url)

/** Makes the decoder; no thread starts before the first picture, and it ends when none came for a while. */
export function createForeignDecoder ({ maxPixels, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS }: ForeignDecoderOptions): ForeignDecoder {
  const pool = createThreadPool<ForeignTask, ForeignResult>({ worker: WORKER_URL, threads: MAX_THREADS, idleTimeoutMs, maxHeapMb: MAX_HEAP_MB })
  let underWay = 0

  const run = async (format: ForeignTask['format'], bytes: Uint8Array, signal: AbortSignal): Promise<ForeignResult> => {
    // Counted here: the pool's own limit does not hold while its first thread starts.
    if (underWay >= MAX_THREADS + MAX_WAITING) {
      throw new Failure('busy', `${MAX_WAITING} BMP and HEIC pictures are waiting to be decoded, which is the limit`, { retryAfterS: 2 })
    }
    underWay++
    try {
      const task = { format, bytes: Uint8Array.from(bytes), maxPixels }
      return await pool.run(task, { signal, transferList: [task.bytes.buffer] })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Failure) throw error
      // The thread died of the picture: out of memory, or a trap in the decoder.
      throw damaged(format, error)
    } finally {
      underWay--
    }
  }

  return {
    async decode (format, bytes, signal) {
      signal.throwIfAborted()
      if (format === 'bmp') checkBmp(bytes, maxPixels)
      const result = await run(format, bytes, signal)
      if (result.kind === 'too_large') throw tooManyPixels(result, maxPixels)
      if (result.kind === 'damaged') throw damaged(format, result.reason, format === 'bmp' ? result.reason : undefined)
      return result.bytes
    },
    threads: () => pool.threadIds().length,
    close: () => pool.close()
  }
}

/** Refuses what the header alone condemns, before any byte is copied. */
function checkBmp (bytes: Uint8Array, maxPixels: number): void {
  try {
    const header = readBmpHeader(bytes)
    if (header.width * header.height > maxPixels) throw tooManyPixels(header, maxPixels)
  } catch (error) {
    throw error instanceof BmpError ? damaged('bmp', error, error.message) : error
  }
}
