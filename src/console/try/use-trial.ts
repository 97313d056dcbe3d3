// Asking a function about the pictures that are there: at once, and again when something changes.
import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Answer, call, wordsOf } from '../api.js'
import type { FunctionOffer } from './functions.js'
import { type Picture, formOf } from './picture.js'

/** How far a trial is. An answer keeps what it answers, which may have changed meanwhile on the page. */
export type Trial =
  | { readonly state: 'idle' }
  | { readonly state: 'running' }
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed', readonly why: string }
  | { readonly state: 'done', readonly offer: FunctionOffer, readonly pictures: readonly Picture[], readonly answer: Answer<unknown> }

export interface TrialControl {
  readonly trial: Trial
  readonly cancel: () => void
  readonly again: () => void
}

/** Runs a trial whenever all pictures that the function wants are there. */
export function useTrial (offer: FunctionOffer, first: Picture | undefined, second: Picture | undefined): TrialControl {
  const [trial, setTrial] = useState<Trial>({ state: 'idle' })
  const [round, setRound] = useState(0)
  const [running, setRunning] = useState<AbortController>()
  const wantsSecond = offer.pictures.length > 1

  useEffect(() => {
    const pictures = [first, ...(wantsSecond ? [second] : [])].filter(picture => picture !== undefined)
    if (pictures.length < offer.pictures.length) {
      setTrial({ state: 'idle' })
      return
    }
    const control = new AbortController()
    setRunning(control)
    setTrial({ state: 'running' })
    const settle = (outcome: Trial): void => { if (!control.signal.aborted) setTrial(outcome) }
    ask(offer, pictures, control.signal).then(
      answer => settle({ state: 'done', offer, pictures, answer }),
      error => settle({ state: 'failed', why: wordsOf(error) })
    )
    return () => control.abort()
  }, [offer, first, wantsSecond ? second : undefined, round])

  const cancel = useCallback(() => {
    running?.abort()
    setTrial({ state: 'cancelled' })
  }, [running])
  return { trial, cancel, again: () => setRound(round + 1) }
}

async function ask ({ name, pictures: parameters, fixed }: FunctionOffer, pictures: readonly Picture[], signal: AbortSignal): Promise<Answer<unknown>> {
  const body = formOf(pictures.map((picture, index) => [parameters[index]?.[0] ?? '', picture]))
  for (const [parameter, text] of Object.entries(fixed)) body.append(parameter, text)
  return await call(`compute/v1/image/${name}`, { method: 'POST', body, signal })
}
