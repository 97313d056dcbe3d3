// The memory that large pictures may take at one time: a container that exceeds its limit is killed, and everybody's
// request with it.
import { totalmem } from 'node:os'

export interface MemoryBudget {
  readonly totalBytes: number
  /** Promised and not yet given back. */
  readonly reservedBytes: number
  /**
   * Waits, in order of arrival, until so many bytes are free. More than the total is never free: look at `totalBytes` first.
   * @returns gives them back; further calls of it do nothing
   * @throws the reason of `signal` once that is aborted
   */
  reserve (bytes: number, signal: AbortSignal): Promise<() => void>
}

interface Waiter {
  readonly bytes: number
  start (): void
}

/** Makes a budget of so many bytes. */
export function createMemoryBudget (totalBytes: number): MemoryBudget {
  const waiting = new Set<Waiter>()
  let reserved = 0

  function take (bytes: number): () => void {
    reserved += bytes
    let given = false
    return () => {
      if (given) return
      given = true
      reserved -= bytes
      admit()
    }
  }

  function admit (): void {
    for (const waiter of waiting) {
      if (reserved + waiter.bytes > totalBytes) return
      waiting.delete(waiter)
      waiter.start()
    }
  }

  return {
    totalBytes,
    get reservedBytes () { return reserved },
    async reserve (bytes, signal) {
      signal.throwIfAborted()
      if (waiting.size === 0 && reserved + bytes <= totalBytes) return take(bytes)
      return await new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(waiter)
          reject(signal.reason)
          // It may have been what kept smaller ones behind it waiting.
          admit()
        }
        const waiter: Waiter = {
          bytes,
          start () {
            signal.removeEventListener('abort', onAbort)
            resolve(take(bytes))
          }
        }
        signal.addEventListener('abort', onAbort, { once: true })
        waiting.add(waiter)
      })
    }
  }
}

// What the process takes when every function has been used and no large picture is being decoded: by itself, and for each
// CPU where memory is spared and where it is not (`node bench/decode-memory.mjs` has the sums for two).
const OWN_BYTES = 300e6
const SPARING_BYTES_PER_CPU = 200e6
const USUAL_BYTES_PER_CPU = 600e6
const LEAST_SHARE = 0.25
// With less for each CPU, what could be kept for the next run is needed for other things.
const AMPLE_BYTES_PER_CPU = 1.5e9

/** The part of the process's memory that is left for large pictures. */
export function memoryForPictures (limitBytes: number, cpus: number): number {
  const others = OWN_BYTES + cpus * (isMemoryScarce(limitBytes, cpus) ? SPARING_BYTES_PER_CPU : USUAL_BYTES_PER_CPU)
  return Math.max(limitBytes - others, limitBytes * LEAST_SHARE)
}

/** Whether memory is to be spared at the cost of some computing. */
export function isMemoryScarce (limitBytes: number, cpus: number): boolean {
  return limitBytes < cpus * AMPLE_BYTES_PER_CPU
}

/** Bytes that the process may take: the limit of its cgroup or the machine's memory. */
export function memoryLimit (): number {
  return Math.min(process.constrainedMemory() || Infinity, totalmem())
}
