// What differs between two pictures, found in worker threads.
import { Piscina } from 'piscina'
import { Failure } from '../errors.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import type { RgbImage } from '../imaging/lab-planes.js'
import type { DifferenceResult, DifferenceTask } from './differences/difference-worker.js'

export type { DifferenceResult } from './differences/difference-worker.js'
export type { Shape } from './differences/shape.js'

export interface ImageDifferOptions {
  /** Threads at most; the slots of the CPU budget. */
  readonly threads: number
  /** How long a thread lives on without work. */
  readonly idleTimeoutMs: number
  /** Pixels that both pictures may have together. */
  readonly maxPixels: number
}

export interface ImageDiffer {
  /**
   * Compares two pictures without alpha. Their pixels are handed over: `data` is empty afterwards.
   * @param want the pictures with their differences highlighted, or the shapes of the differences
   * @throws Failure too_large, busy while closing; the reason of `signal`, whose abort ends the computation
   */
  compare (first: DecodedImage, second: DecodedImage, want: DifferenceTask['want'], signal: AbortSignal): Promise<DifferenceResult>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

/** The worker stands beside the stages it runs: compiled in production, as TypeScript under the test runner. */
const WORKER_URL = new URL(`./differences/difference-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Makes the engine; no thread starts before the first pair. */
export function createImageDiffer ({ threads, idleTimeoutMs, maxPixels }: ImageDifferOptions): ImageDiffer {
  const pool = new Piscina<DifferenceTask, DifferenceResult>({
    filename: WORKER_URL.href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleTimeoutMs,
    concurrentTasksPerWorker: 1
  })
  let closed = false

  return {
    async compare (first, second, want, signal) {
      signal.throwIfAborted()
      const pixels = first.width * first.height + second.width * second.height
      if (pixels > maxPixels) {
        throw new Failure('too_large', `the two pictures have ${megapixels(pixels)} megapixels together; the limit for a comparison is ${megapixels(maxPixels)}`)
      }
      const task = { first: ownPixels(first), second: ownPixels(second), want }
      try {
        return await pool.run(task, { signal, transferList: [task.first.data.buffer as ArrayBuffer, task.second.data.buffer as ArrayBuffer] })
      } catch (error) {
        signal.throwIfAborted()
        throw closed ? new Failure('busy', 'the server is stopping', { cause: error, retryAfterS: 5 }) : error
      }
    },
    threads: () => pool.threads.length,
    async close () {
      closed = true
      await pool.destroy()
    }
  }
}

/** The pixels in a buffer of their own, which can be handed over. */
function ownPixels ({ data, width, height, channels }: DecodedImage): RgbImage {
  if (channels !== 3) throw new Error('pictures with alpha cannot be compared')
  const own = data.byteLength === data.buffer.byteLength ? data : Uint8Array.from(data)
  return { data: new Uint8Array(own.buffer as ArrayBuffer), width, height }
}

function megapixels (pixels: number): string {
  return (pixels / 1e6).toFixed(1)
}
