// Numbers, times and sizes as people read them, in the language of the browser where that makes no difference to words.

const NUMBER = new Intl.NumberFormat('en')
const DATE = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: 'numeric' })
const DATE_TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** 12345 → 12,345 */
export function formatCount (value: number): string {
  return NUMBER.format(value)
}

/** 0.783 → 78 % */
export function formatShare (value: number): string {
  return `${Math.round(value * 100)} %`
}

/** 3123 → 3.1 kB */
export function formatBytes (bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** 1234 → 1.23 s */
export function formatDuration (ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** Seconds as days and hours, hours and minutes, or minutes and seconds. */
export function formatUptime (seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

/** An ISO moment as a date. */
export function formatDate (iso: string): string {
  return DATE.format(new Date(iso))
}

/** An ISO moment as a date with the time of day. */
export function formatMoment (iso: string): string {
  return DATE_TIME.format(new Date(iso))
}

/** An ISO moment as it lies from now: "3 hours ago". */
export function formatAgo (iso: string, nowMs = Date.now()): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000
  for (const [unit, length] of [['day', 86_400], ['hour', 3600], ['minute', 60]] as const) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.trunc(seconds / length), unit)
  }
  return 'just now'
}
