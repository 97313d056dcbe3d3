// The one budget of computing for the whole process: whatever burns CPU for a request (sharp, password hashing, and
// the inference workers) does so while it holds a slot. In front of the slots stands a bounded queue.
import { Failure } from '../errors.js'
import { createFairQueue } from './fair-queue.js'

export interface CpuBudgetOptions {
  /** Computations at one time; normally the usable CPUs. */
  readonly slots: number
  /** Computations of one lane that may wait; one more is refused at once. */
  readonly maxQueue: number
  /** Who can be expected to wait longer than this is refused at once, and who has waited for so long goes next. */
  readonly maxWaitMs: number
}

export interface CpuBudget {
  readonly slots: number
  /** Slots held now. */
  readonly busy: number
  /** Computations waiting now, by lane. */
  readonly waiting: ReadonlyMap<string, number>
  /**
   * For who has something else to do first: whether `run` would refuse now.
   * @throws Failure busy, when no slot is free and the lane's queue is full or the wait would be too long
   */
  refuseIfBusy (lane: string): void
  /**
   * Runs `work` while holding one slot. The slot is given back when `work` settles, not when the caller loses interest:
   * what still computes still counts.
   * @param lane the function it is for: lanes get equal shares of the computing where it does not suffice for all
   * @throws Failure busy, at once, when the lane's queue is full or the wait would be too long
   * @throws the signal's reason when it aborts before a slot is free
   */
  run<T>(lane: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /**
   * Takes one more slot for whoever holds one already, if it is free and nobody waits for it. Gives what returns it, to
   * be called once; it is to be held for a short piece of work, so that who comes next does not wait long.
   */
  borrow (): (() => void) | undefined
}

interface Waiter {
  start(): void
}

/** Makes the process's CPU budget. */
export function createCpuBudget ({ slots, maxQueue, maxWaitMs }: CpuBudgetOptions): CpuBudget {
  const queue = createFairQueue<Waiter>(maxWaitMs)
  let busy = 0

  function giveBack (): void {
    busy--
    queue.next()?.start()
  }

  function take (lane: string): () => void {
    busy++
    const startedMs = performance.now()
    const end = queue.start(lane)
    return () => {
      end((performance.now() - startedMs) / 1000)
      giveBack()
    }
  }

  function waitForSlot (lane: string, signal: AbortSignal | undefined): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        queue.remove(lane, waiter)
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        start () {
          signal?.removeEventListener('abort', onAbort)
          resolve(take(lane))
        }
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      queue.add(lane, waiter)
    })
  }

  function refuseIfBusy (lane: string): void {
    if (busy < slots) return
    const length = queue.lengths.get(lane) ?? 0
    const waitS = queue.expectedWaitS(lane, slots)
    const fault = length >= maxQueue
      ? `${length} requests for ${lane} wait for a CPU, the limit is ${maxQueue}`
      : waitS * 1000 > maxWaitMs ? `a request for ${lane} would wait ${waitS.toFixed(1)} s for a CPU, the limit is ${maxWaitMs / 1000} s` : undefined
    if (fault === undefined) return
    // By then half of what waits is done.
    const retryAfterS = Math.max(1, Math.ceil(waitS / 2))
    throw new Failure('busy', `the server is busy: ${fault}; try again in ${retryAfterS} s`, { retryAfterS })
  }

  return {
    slots,
    get busy () { return busy },
    get waiting () { return queue.lengths },
    refuseIfBusy,
    borrow () {
      if (busy >= slots || queue.size > 0) return undefined
      busy++
      return giveBack
    },
    async run (lane, work, signal) {
      signal?.throwIfAborted()
      refuseIfBusy(lane)
      const release = busy < slots ? take(lane) : await waitForSlot(lane, signal)
      try {
        return await work()
      } finally {
        release()
      }
    }
  }
}
