// That something is under way, for how long, and the way to stop it.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

const TICK_MS = 100

/** Counts from when it comes up. */
export function Progress ({ onCancel }: { readonly onCancel: () => void }): JSX.Element {
  const [tenths, setTenths] = useState(0)
  useEffect(() => {
    const startedMs = performance.now()
    const timer = setInterval(() => setTenths(Math.floor((performance.now() - startedMs) / TICK_MS)), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <div class='progress'>
      <p role='status'>Working…</p>
      <progress aria-label='Working' />
      <span class='elapsed' aria-hidden='true'>{(tenths / 10).toFixed(1)} s</span>
      <button onClick={onCancel}>Cancel</button>
    </div>
  )
}
