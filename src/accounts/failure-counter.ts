// Counts failures by key in a window of time. Attempts under way count too, so that a burst cannot pass the limit
// together before the first of them has failed.

export interface FailureCounterOptions {
  /** Failures in a window after which a key is refused. */
  readonly limit: number
  readonly windowMs: number
  /** Keys that are remembered; beyond, the one whose window began first is forgotten. */
  readonly maxKeys: number
  /** Milliseconds that never go backwards: a clock that is set back must not keep anyone out. */
  readonly monotonicNow: () => number
}

/** Ends an attempt; to be called exactly once. */
export type SettleAttempt = (failed: boolean) => void

/** A key has had its failures. */
export class LimitReached extends Error {
  readonly retryAfterMs: number

  constructor (retryAfterMs: number) {
    super('limit reached')
    this.name = 'LimitReached'
    this.retryAfterMs = retryAfterMs
  }
}

export interface FailureCounter {
  /**
   * Begins an attempt. Waits while the attempts under way could use up the limit if they all failed: attempts that
   * succeed are thus never refused, only queued.
   * @throws LimitReached
   */
  begin (key: string): Promise<SettleAttempt>
  /** Keys that are remembered. */
  readonly size: number
}

interface Count {
  failures: number
  underWay: number
  /** End of the window; it begins with the first failure. */
  endsAtMs: number
  waiting: Array<() => void>
}

/**
 * Makes a counter. In memory and for one process; rate-limiter-flexible's memory limiter, which was looked at first,
 * bounds neither its keys nor a burst, and sets a timer for each key.
 */
export function createFailureCounter (options: FailureCounterOptions): FailureCounter {
  const counts = new Map<string, Count>()

  const remember = (key: string, count: Count): void => {
    counts.delete(key)
    counts.set(key, count)
    // Insertion order is the order in which windows began, hence in which they end.
    for (const [oldest, { failures, endsAtMs }] of counts) {
      if (counts.size <= options.maxKeys && (failures === 0 || endsAtMs > options.monotonicNow())) break
      counts.delete(oldest)
    }
  }
  const current = (key: string): Count => {
    const known = counts.get(key)
    if (known === undefined) {
      const count = { failures: 0, underWay: 0, endsAtMs: Infinity, waiting: [] }
      remember(key, count)
      return count
    }
    if (known.endsAtMs <= options.monotonicNow()) Object.assign(known, { failures: 0, endsAtMs: Infinity })
    return known
  }
  const settle = (key: string, count: Count, failed: boolean): void => {
    count.underWay -= 1
    if (failed && count.endsAtMs <= options.monotonicNow()) count.failures = 0
    if (failed) {
      count.failures += 1
      if (count.failures === 1) {
        count.endsAtMs = options.monotonicNow() + options.windowMs
        remember(key, count)
      }
    }
    for (const resume of count.waiting.splice(0)) resume()
    if (count.failures === 0 && count.underWay === 0 && count.waiting.length === 0 && counts.get(key) === count) counts.delete(key)
  }
  return {
    async begin (key) {
      for (;;) {
        const count = current(key)
        if (count.failures >= options.limit) throw new LimitReached(count.endsAtMs - options.monotonicNow())
        if (count.failures + count.underWay < options.limit) {
          count.underWay += 1
          return failed => settle(key, count, failed)
        }
        await new Promise<void>(resolve => count.waiting.push(resolve))
      }
    },
    get size () { return counts.size }
  }
}
