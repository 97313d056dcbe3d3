// What differs between two pictures, found in worker threads.
import type { DecodedImage } from '../imaging/decoded-image.js'
import type { RgbImage } from '../imaging/lab-planes.js'
import type { Matcher } from '../matching/matcher.js'
import { createThreadPool } from '../runtime/thread-pool.js'
import type { DifferenceAnswer, DifferenceResult, DifferenceTask } from './differences/difference-worker.js'

export type { DifferenceResult } from './differences/difference-worker.js'
export type { Shape } from './differences/shape.js'

export interface ImageDifferOptions {
  /** Threads at most; the slots of the CPU budget. */
  readonly threads: number
  /** How long a thread lives on without work. */
  readonly idleTimeoutMs: number
  /** Asked where the sizes of two pictures do not tell how they lie on each other. */
  readonly matcher: Matcher
}

export interface ImageDiffer {
  /**
   * Compares two pictures without alpha. Their pixels are handed over: `data` is empty afterwards.
   * @param want the pictures with their differences highlighted, or the shapes of the differences
   * @throws Failure deadline_passed, busy while closing; the reason of `signal`, whose abort ends the computation
   */
  compare (first: DecodedImage, second: DecodedImage, want: DifferenceTask['want'], signal: AbortSignal): Promise<DifferenceResult>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

const WORKER_URL = new URL('./differences/difference-worker.js', import.meta.url)

/** Makes the engine; no thread starts before the first pair. */
export function createImageDiffer ({ threads, idleTimeoutMs, matcher }: ImageDifferOptions): ImageDiffer {
  const pool = createThreadPool<DifferenceTask, DifferenceAnswer>({ worker: WORKER_URL, threads, idleTimeoutMs })
  const run = async (task: DifferenceTask, signal: AbortSignal): Promise<DifferenceAnswer> =>
    await pool.run(task, { signal, transferList: [task.first.data.buffer as ArrayBuffer, task.second.data.buffer as ArrayBuffer] })

  return {
    async compare (first, second, want, signal) {
      const answer = await run({ first: ownPixels(first), second: ownPixels(second), want, register: undefined }, signal)
      if (answer.kind === 'done') return answer.result
      const { wanted } = answer
      signal.throwIfAborted()
      const finding = await matcher.match(wanted.first, wanted.second, { allowMirror: false })
      const register = { bySize: wanted.bySize, byFeatures: finding !== undefined && finding.logit > 0 ? finding.homography : undefined }
      const informed = await run({ first: answer.first, second: answer.second, want, register }, signal)
      if (informed.kind !== 'done') throw new Error('the comparison asked for features twice')
      return informed.result
    },
    threads: () => pool.threadIds().length,
    close: () => pool.close()
  }
}

/** The pixels in a buffer of their own, which can be handed over. */
function ownPixels ({ data, width, height, channels }: DecodedImage): RgbImage {
  if (channels !== 3) throw new Error('pictures with alpha cannot be compared')
  const own = data.byteLength === data.buffer.byteLength ? data : Uint8Array.from(data)
  return { data: new Uint8Array(own.buffer as ArrayBuffer), width, height }
}
