// Signing in by login and password.
import type { JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleSession } from '../wire/console.js'
import { call, wordsOf } from './api.js'
import { Notice } from './parts/notice.js'

interface SignInProps {
  /** Why one has to, where a session has ended. */
  readonly why: string | undefined
  readonly onEnter: (session: ConsoleSession) => void
}

/** The page for who is not signed in. */
export function SignIn ({ why, onEnter }: SignInProps): JSX.Element {
  const [fault, setFault] = useState(why)
  const [busy, setBusy] = useState(false)
  useEffect(() => { document.title = 'Sign in · compute-api' }, [])

  async function submit (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(form)) body.append(name, String(value))
    setBusy(true)
    try {
      onEnter((await call<ConsoleSession>('console/session', { method: 'POST', body, bySession: false })).content)
    } catch (error) {
      setFault(`${wordsOf(error)}.`.replace(/\.\.$/, '.'))
      setBusy(false)
      form.querySelector<HTMLInputElement>('[name=password]')?.select()
    }
  }

  return (
    <main class='alone'>
      <p class='mark'>compute-api</p>
      <h1>Sign in</h1>
      <form class='stack' onSubmit={event => { submit(event) }}>
        {fault !== undefined && <Notice tone='bad'>{fault}</Notice>}
        <label>Login<input name='login' autocomplete='username' autocapitalize='none' spellcheck={false} required autofocus /></label>
        <label>Password<input name='password' type='password' autocomplete='current-password' required /></label>
        <button class='primary' disabled={busy}>{busy ? 'Signing in…' : 'Sign in'}</button>
      </form>
      <p class='aside'>
        The server printed a login and a password at its first start. If they are lost, <code>compute-api account list</code> shows
        the logins and <code>compute-api account password LOGIN</code> makes a new password.
      </p>
    </main>
  )
}
