// Usage: calls by day as a chart, by key and function as a table.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Keys } from '../../wire/admin-keys.js'
import type { Usage } from '../../wire/admin-usage.js'
import { formatCount, formatDuration } from '../format.js'
import { LoadFault, useLoaded } from '../parts/loaded.js'
import { UsageChart, type Day } from './usage-chart.js'

const PERIODS = [7, 30, 90] as const
const FIRST_PERIOD = 30
const DAY_MS = 86_400_000

interface Sum {
  readonly key: string
  readonly function: string
  readonly calls: number
  readonly errors: number
  readonly totalMs: number
}

export function UsageView (): JSX.Element {
  const [days, setDays] = useState<number>(FIRST_PERIOD)
  const loaded = useLoaded<Usage>(`admin/v1/usage?days=${days}`)
  const keys = useLoaded<Keys>('admin/v1/keys')
  const names = new Map(keys.content?.keys.map(({ id, name }) => [id, name]))
  const usage = loaded.content
  const sums = usage === undefined ? [] : sumUp(usage, id => id === undefined ? 'The console' : names.get(id) ?? id)
  const calls = sums.reduce((sum, row) => sum + row.calls, 0)
  const errors = sums.reduce((sum, row) => sum + row.errors, 0)
  return (
    <>
      <fieldset class='modes'>
        <legend class='unseen'>Period</legend>
        {PERIODS.map(period => (
          <label key={period}><input type='radio' name='period' checked={days === period} onChange={() => setDays(period)} />{period} days</label>
        ))}
      </fieldset>
      <LoadFault loaded={loaded} />
      {usage !== undefined && calls === 0 && <p class='empty'>No calls in these days. A call counts here once it was answered; try one under <a href='#/try'>Try</a>.</p>}
      {usage !== undefined && calls > 0 && (
        <>
          <p class='verdict'><strong>{formatCount(calls)} {calls === 1 ? 'call' : 'calls'}</strong> <span>{errors === 0 ? 'no errors' : `${formatCount(errors)} answered with an error`}</span></p>
          <UsageChart days={daysOf(usage)} />
          <table class='table'>
            <caption class='unseen'>Calls by key and function, the most frequent first</caption>
            <thead><tr><th scope='col'>Key</th><th scope='col'>Function</th><th scope='col' class='number'>Calls</th><th scope='col' class='number'>Errors</th><th scope='col' class='number'>Mean time</th></tr></thead>
            <tbody>
              {sums.map(row => (
                <tr key={`${row.key} ${row.function}`}>
                  <th scope='row'>{row.key}</th>
                  <td data-title='Function'><code>{row.function}</code></td>
                  <td data-title='Calls' class='number'>{formatCount(row.calls)}</td>
                  <td data-title='Errors' class='number'>{formatCount(row.errors)}</td>
                  <td data-title='Mean time' class='number'>{formatDuration(row.totalMs / row.calls)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class='aside'>Days are those of UTC. Time is that of a call from its first byte to the last of its answer, errors included.</p>
        </>
      )}
    </>
  )
}

function sumUp ({ rows }: Usage, nameOf: (keyId: string | undefined) => string): readonly Sum[] {
  const sums = new Map<string, Sum>()
  for (const { keyId, function: name, calls, errors, meanMs } of rows) {
    const place = `${keyId ?? ''} ${name}`
    const before = sums.get(place) ?? { key: nameOf(keyId), function: name, calls: 0, errors: 0, totalMs: 0 }
    sums.set(place, { ...before, calls: before.calls + calls, errors: before.errors + errors, totalMs: before.totalMs + calls * meanMs })
  }
  return [...sums.values()].sort((one, other) => other.calls - one.calls)
}

/** Every day of the period, those without a call too. */
function daysOf ({ from, to, rows }: Usage): readonly Day[] {
  const days = new Map<string, Day>()
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) {
    const day = new Date(time).toISOString().slice(0, 10)
    days.set(day, { day, calls: 0, errors: 0 })
  }
  for (const { day, calls, errors } of rows) {
    const before = days.get(day)
    if (before !== undefined) days.set(day, { day, calls: before.calls + calls, errors: before.errors + errors })
  }
  return [...days.values()]
}
