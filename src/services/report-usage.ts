// Usage over HTTP: what the callers' organisation has called lately.
import type { Principal } from '../accounts/accounts.js'
import { dayOf, type UsageCounter } from '../accounts/usage-counter.js'
import type { Usage } from '../wire/admin-usage.js'

/** @param days how many, today included */
export type ReportUsage = (caller: Principal, days: number) => Promise<Usage>

const DAY_MS = 86_400_000

/** Makes the service. @param now milliseconds since 1970 */
export function createReportUsage (counter: Pick<UsageCounter, 'list'>, now: () => number = Date.now): ReportUsage {
  return async ({ organizationId }, days) => {
    const rows = await counter.list(organizationId, days)
    return {
      from: dayOf(now() - (days - 1) * DAY_MS),
      to: dayOf(now()),
      rows: rows.map(({ day, keyId, function: name, calls, errors, totalMs }) => ({
        day, ...(keyId === undefined ? {} : { keyId }), function: name, calls, errors, meanMs: Math.round(totalMs / calls * 10) / 10
      }))
    }
  }
}
