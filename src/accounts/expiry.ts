// When a key shall expire, as people write it.
import { Failure } from '../errors.js'

const MS_PER_UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/**
 * `90d`, `12h` or `30m` from now; a day (its beginning in UTC) or a moment with its time zone in ISO form.
 * @param nowMs milliseconds since 1970
 * @throws Failure invalid_request for any other text, and for a time that has passed
 */
export function parseExpiry (text: string, nowMs: number): Date {
  const span = /^(\d{1,6})([mhd])$/.exec(text)
  const time = span === null ? parseIso(text) : new Date(nowMs + Number(span[1]) * (MS_PER_UNIT[span[2] ?? ''] ?? NaN))
  if (time === undefined || !(time.getTime() > nowMs)) {
    throw new Failure('invalid_request', 'Give a time to come, such as 90d, 12h, 2030-01-31 or 2030-01-31T08:00:00Z.')
  }
  return time
}

function parseIso (text: string): Date | undefined {
  const time = new Date(text)
  if (!ISO_DATE.test(text) || Number.isNaN(time.getTime())) return undefined
  // JavaScript reads 31 February as 3 March.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  const lastDay = new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate()
  return (day ?? 0) <= lastDay ? time : undefined
}
