// Counts calls in memory and writes the sums to the store now and then, so that no request waits for a write.
import { type AccountStore, type Usage } from './account-store.js'
import { StoreError } from './store-error.js'

/** Days of usage that are kept, the present one included: a year and what comparing it with the last one takes. */
export const USAGE_DAYS_KEPT = 400

/** Sums that may wait for a store that cannot be written, some 1 MB; beyond, new ones are not counted. */
const MAX_WAITING_SUMS = 5_000

const DAY_MS = 86_400_000

/** One finished call. */
export interface Call {
  readonly organizationId: string
  /** undefined: from the console. */
  readonly keyId: string | undefined
  readonly function: string
  readonly failed: boolean
  readonly durationMs: number
}

export interface UsageCounter {
  /** Adds a call to the sums of the day. Takes microseconds and never throws. */
  note (call: Call): void
  /** Writes the sums. Where the store has a fault they stay for the next time; the fault is reported, not thrown. */
  flush (): Promise<void>
  /** The usage of an organisation over the last `days` days, today's and what is not written yet included. */
  list (organizationId: string, days: number): Promise<readonly Usage[]>
  /** Forgets what is older than USAGE_DAYS_KEPT days. */
  purge (): Promise<void>
}

export interface UsageCounterParts {
  readonly store: Pick<AccountStore, 'addUsage' | 'listUsage' | 'purgeUsage'>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly reportFault: (fault: StoreError) => void
}

/** Makes a counter. Several processes may count into one store: each adds what it has seen. */
export function createUsageCounter ({ store, now, reportFault }: UsageCounterParts): UsageCounter {
  let waiting = new Map<string, Usage>()

  const add = (usage: Usage): void => {
    const key = [usage.day, usage.organizationId, usage.keyId ?? '', usage.function].join(' ')
    const sum = waiting.get(key)
    if (sum === undefined && waiting.size >= MAX_WAITING_SUMS) return
    waiting.set(key, sum === undefined
      ? usage
      : { ...sum, calls: sum.calls + usage.calls, errors: sum.errors + usage.errors, totalMs: sum.totalMs + usage.totalMs })
  }
  const flush = async (): Promise<void> => {
    if (waiting.size === 0) return
    const written = waiting
    waiting = new Map()
    try {
      await store.addUsage([...written.values()])
    } catch (error) {
      for (const usage of written.values()) add(usage)
      if (!(error instanceof StoreError)) throw error
      reportFault(error)
    }
  }
  return {
    note ({ failed, durationMs, ...call }) {
      add({ ...call, day: dayOf(now()), calls: 1, errors: failed ? 1 : 0, totalMs: durationMs })
    },
    flush,
    async list (organizationId, days) {
      await flush()
      return await store.listUsage({ organizationId, fromDay: dayOf(now() - (days - 1) * DAY_MS), toDay: dayOf(now()) })
    },
    async purge () {
      await store.purgeUsage(dayOf(now() - (USAGE_DAYS_KEPT - 1) * DAY_MS))
    }
  }
}

/** The day of a moment in UTC, as YYYY-MM-DD. @param timeMs milliseconds since 1970 */
export function dayOf (timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}
