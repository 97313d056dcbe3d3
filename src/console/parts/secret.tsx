// Something that the server shows once.
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { CopyButton } from './copy-button.js'

interface SecretProps {
  readonly title: string
  /** What it is, as in "the key". */
  readonly what: string
  readonly secret: string
  readonly children: ComponentChildren
  readonly onDone: () => void
}

/** Takes the focus when it comes up: nobody may leave without it. */
export function Secret ({ title, what, secret, children, onDone }: SecretProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => { heading.current?.focus() }, [secret])
  return (
    <section class='secret' aria-labelledby='secret-title'>
      <h2 id='secret-title' ref={heading} tabIndex={-1}>{title}</h2>
      <p>This is shown once. Keep it where your other secrets are.</p>
      <p class='secret-line'><code>{secret}</code><CopyButton text={secret} what={what} /></p>
      {children}
      <button onClick={onDone}>I have kept it</button>
    </section>
  )
}
