// What the server is asked for when a view comes up, and again after a change.
import type { JSX } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { call, wordsOf } from '../api.js'
import { Notice } from './notice.js'

/** What is loaded, or why it is not; neither while it is on its way for the first time. */
export interface Loaded<C> {
  readonly content: C | undefined
  readonly fault: string | undefined
  /** Asks again; what is there stays until the answer comes. */
  readonly reload: () => Promise<void>
}

/** Loads a path of the API, again whenever it changes. */
export function useLoaded<C> (path: string): Loaded<C> {
  const [content, setContent] = useState<C>()
  const [fault, setFault] = useState<string>()
  const reload = useCallback(async () => {
    try {
      setContent((await call<C>(path)).content)
      setFault(undefined)
    } catch (error) {
      setFault(wordsOf(error))
    }
  }, [path])
  useEffect(() => { reload() }, [reload])
  return { content, fault, reload }
}

/** The fault of something that could not be loaded, with a way to try again. */
export function LoadFault ({ loaded }: { readonly loaded: Loaded<unknown> }): JSX.Element | null {
  if (loaded.fault === undefined) return null
  return <Notice tone='bad'><p>{loaded.fault}</p><button onClick={() => { loaded.reload() }}>Try again</button></Notice>
}
