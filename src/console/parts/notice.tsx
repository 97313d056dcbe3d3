// A sentence that must not be missed.
import type { ComponentChildren, JSX } from 'preact'

interface NoticeProps {
  readonly tone: 'good' | 'bad' | 'plain'
  readonly children: ComponentChildren
}

/** Faults are read out at once, everything else when there is a pause. */
export function Notice ({ tone, children }: NoticeProps): JSX.Element {
  return <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>{children}</div>
}
