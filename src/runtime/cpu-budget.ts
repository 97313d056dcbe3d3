// The one budget of computing for the whole process: whatever burns CPU for a request (sharp, password hashing, and
// the inference workers) does so while it holds a slot. In front of the slots stands a bounded queue.
import { Failure } from '../errors.js'

export interface CpuBudgetOptions {
  /** Computations at one time; normally the usable CPUs. */
  readonly slots: number
  /** Computations that may wait; one more is refused at once. */
  readonly maxQueue: number
}

export interface CpuBudget {
  readonly slots: number
  /** Slots held now. */
  readonly busy: number
  /** Computations waiting now. */
  readonly waiting: number
  /**
   * Runs `work` while holding one slot. The slot is given back when `work` settles, not when the caller loses interest:
   * what still computes still counts.
   * @throws Failure busy, at once, when the queue is full
   * @throws the signal's reason when it aborts before a slot is free
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /**
   * Takes one more slot for whoever holds one already, if it is free and nobody waits for it. Gives what returns it, to
   * be called once; it is to be held for a short piece of work, so that who comes next does not wait long.
   */
  borrow (): (() => void) | undefined
}

interface Waiter {
  start(): void
}

// A guess for Retry-After before anything was measured.
const FIRST_GUESS_S = 0.2
// Weight of the newest computation in the running mean of their durations.
const MEAN_WEIGHT = 0.1

/** Makes the process's CPU budget. First come, first served. */
export function createCpuBudget ({ slots, maxQueue }: CpuBudgetOptions): CpuBudget {
  const queue = new Set<Waiter>()
  let busy = 0
  let meanS = FIRST_GUESS_S

  function release (startedMs: number): void {
    meanS += MEAN_WEIGHT * ((performance.now() - startedMs) / 1000 - meanS)
    giveBack()
  }

  function giveBack (): void {
    busy--
    const [next] = queue
    if (next !== undefined) {
      queue.delete(next)
      next.start()
    }
  }

  async function hold<T> (work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now()
    try {
      return await work()
    } finally {
      release(startedMs)
    }
  }

  function waitForSlot (signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        queue.delete(waiter)
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        start () {
          signal?.removeEventListener('abort', onAbort)
          busy++
          resolve()
        }
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      queue.add(waiter)
    })
  }

  return {
    slots,
    get busy () { return busy },
    get waiting () { return queue.size },
    borrow () {
      if (busy >= slots || queue.size > 0) return undefined
      busy++
      return giveBack
    },
    async run (work, signal) {
      signal?.throwIfAborted()
      if (busy < slots) {
        busy++
      } else if (queue.size < maxQueue) {
        await waitForSlot(signal)
      } else {
        const retryAfterS = Math.max(1, Math.ceil(meanS * (queue.size + 1) / slots))
        throw new Failure('busy', `the server is busy: ${queue.size} requests wait for a CPU, the limit is ${maxQueue}; try again in ${retryAfterS} s`, { retryAfterS })
      }
      return await hold(work)
    }
  }
}
