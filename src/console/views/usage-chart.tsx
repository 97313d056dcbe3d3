// Calls by day as columns; what was answered with an error is their lower, darker part.
import type { JSX } from 'preact'
import { formatCount, formatDate } from '../format.js'

/** One day. */
export interface Day {
  /** YYYY-MM-DD */
  readonly day: string
  readonly calls: number
  readonly errors: number
}

const HEIGHT = 120
const STEP = 10
const GAP = 2

export function UsageChart ({ days }: { readonly days: readonly Day[] }): JSX.Element {
  const most = Math.max(1, ...days.map(({ calls }) => calls))
  const tall = (calls: number): number => calls === 0 ? 0 : Math.max(1, calls / most * HEIGHT)
  const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? '']
  return (
    <figure class='chart'>
      <p class='aside' aria-hidden='true'>{formatCount(most)}</p>
      <svg viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`} preserveAspectRatio='none' role='img' aria-label={describe(days)}>
        <line x1='0' x2={days.length * STEP} y1={HEIGHT} y2={HEIGHT} />
        {days.map(({ day, calls, errors }, index) => (
          <g key={day}>
            <title>{`${formatDate(day)}: ${formatCount(calls)} calls, ${formatCount(errors)} errors`}</title>
            <rect class='room' x={index * STEP} y='0' width={STEP} height={HEIGHT} />
            <rect class='calls' x={index * STEP + GAP / 2} y={HEIGHT - tall(calls)} width={STEP - GAP} height={tall(calls)} />
            <rect class='errors' x={index * STEP + GAP / 2} y={HEIGHT - tall(errors)} width={STEP - GAP} height={tall(errors)} />
          </g>
        ))}
      </svg>
      <figcaption><span>{formatDate(first)}</span><span class='legend'><i class='key calls' />calls <i class='key errors' />of them errors</span><span>{formatDate(last)}</span></figcaption>
    </figure>
  )
}

function describe (days: readonly Day[]): string {
  const busy = days.filter(({ calls }) => calls > 0)
  return `Calls by day. ${busy.map(({ day, calls, errors }) => `${formatDate(day)}: ${calls} calls, ${errors} errors`).join('; ')}`
}
