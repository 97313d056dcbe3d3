// A form that is sent to the server: its fields, whether it is under way, and what went wrong.
import type { TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOf } from './api.js'

export interface SentForm {
  readonly busy: boolean
  readonly fault: string | undefined
  readonly onSubmit: (event: TargetedSubmitEvent<HTMLFormElement>) => void
}

/**
 * @param send takes the fields that are not empty; the form is emptied when it is done
 */
export function useForm (send: (fields: URLSearchParams) => Promise<void>): SentForm {
  const [fault, setFault] = useState<string>()
  const [busy, setBusy] = useState(false)

  async function submit (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget
    const fields = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (value !== '') fields.append(name, String(value))
    setBusy(true)
    try {
      await send(fields)
      form.reset()
      setFault(undefined)
    } catch (error) {
      setFault(wordsOf(error))
    }
    setBusy(false)
  }

  return { busy, fault, onSubmit: event => { submit(event) } }
}
