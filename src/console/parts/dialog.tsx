// A question that wants an answer before anything happens.
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { wordsOf } from '../api.js'
import { Notice } from './notice.js'

interface DialogProps {
  readonly title: string
  /** The words on the button that does it. */
  readonly action: string
  readonly children: ComponentChildren
  /** Does it; the question stays where this throws. */
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
}

/** A modal question; Escape and Cancel leave things as they are. */
export function Dialog ({ title, action, children, onConfirm, onClose }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const [fault, setFault] = useState<string>()
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => { if (opener instanceof HTMLElement) opener.focus() }
  }, [])

  async function confirm (): Promise<void> {
    setBusy(true)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFault(wordsOf(error))
      setBusy(false)
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby='dialog-title' onCancel={onClose} onClose={onClose}>
      <h2 id='dialog-title'>{title}</h2>
      {children}
      {fault !== undefined && <Notice tone='bad'>{fault}</Notice>}
      <div class='actions'>
        <button onClick={onClose} autofocus>Cancel</button>
        <button class='danger' disabled={busy} onClick={() => { confirm() }}>{action}</button>
      </div>
    </dialog>
  )
}
