// A button that copies a text.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for who cannot see what the button stands beside. */
  readonly what: string
}

const SHOWN_MS = 2000

/** Says for a moment that it is done. */
export function CopyButton ({ text, what }: CopyButtonProps): JSX.Element {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (outcome === undefined) return
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  return (
    <button type='button' class='copy' onClick={() => { copy(text).then(done => setOutcome(done ? 'copied' : 'failed')) }}>
      {outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Copy by hand' : 'Copy'}<span class='unseen'> {what}</span>
    </button>
  )
}

// Browsers give pages the clipboard over TLS and from localhost only; in a LAN without TLS the old way is left.
async function copy (text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'unseen'
    const before = document.activeElement
    const host = before?.closest('dialog') ?? document.body
    host.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    if (before instanceof HTMLElement) before.focus()
    return done
  }
}
