// getToken, tried with an API key.
import type { JSX, TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import type { TokenContent } from '../../wire/token.js'
import { type Answer, addressOf, call, wordsOf } from '../api.js'
import { formatDuration, formatMoment } from '../format.js'
import { CopyButton } from '../parts/copy-button.js'
import { Notice } from '../parts/notice.js'
import { quoted } from './answer-facts.js'

/** The call that programs begin with. */
export function TokenForm ({ login }: { readonly login: string }): JSX.Element {
  const [answer, setAnswer] = useState<Answer<TokenContent>>()
  const [fault, setFault] = useState<string>()
  const [busy, setBusy] = useState(false)

  async function submit (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const body = new URLSearchParams({ login: String(form.get('login')), password: String(form.get('password')) })
    setBusy(true)
    try {
      setAnswer(await call<TokenContent>('compute/v1/image/getToken', { method: 'POST', body, headers: { Apikey: String(form.get('key')).trim() }, bySession: false }))
      setFault(undefined)
    } catch (error) {
      setAnswer(undefined)
      setFault(wordsOf(error))
    }
    setBusy(false)
  }

  const curl = [
    `curl -X POST ${quoted(addressOf('compute/v1/image/getToken'))}`,
    '-H "Apikey: $API_KEY"',
    `-d ${quoted(`login=${login}`)} --data-urlencode "password=$PASSWORD"`
  ].join(' \\\n  ')
  return (
    <div class='trial'>
      <form class='ask stack' onSubmit={event => { submit(event) }}>
        <p class='about'>Programs exchange an API key, a login and a password for a token, and send that with every call. <code>POST getToken</code></p>
        <label>API key<input name='key' autocomplete='off' spellcheck={false} required placeholder='cak_…' /></label>
        <label>Login<input name='login' defaultValue={login} autocomplete='off' spellcheck={false} required /></label>
        <label>Password<input name='password' type='password' autocomplete='off' required /></label>
        <button class='primary' disabled={busy}>Get a token</button>
      </form>
      <section class='answer' aria-label='Answer' aria-busy={busy}>
        {fault !== undefined && <Notice tone='bad'>{fault}</Notice>}
        {answer === undefined && fault === undefined && <p class='empty'>The token appears here.</p>}
        {answer !== undefined && (
          <>
            <h2>Token</h2>
            <p class='secret-line'><code>{answer.content.token.access_token}</code><CopyButton text={answer.content.token.access_token} what='the token' /></p>
            <dl class='pairs'>
              <dt>For</dt><dd>{answer.content.token.userName}, {answer.content.token.organizationName}</dd>
              <dt>Roles</dt><dd>{answer.content.token.roles}</dd>
              <dt>Valid until</dt><dd>{formatMoment(answer.content.token['.expires'])}</dd>
              <dt>Answered in</dt><dd>{formatDuration(answer.durationMs)}</dd>
            </dl>
          </>
        )}
        <h3>The same with curl</h3>
        <div class='code'><CopyButton text={curl} what='the curl line' /><pre tabIndex={0} aria-label='curl line'>{curl}</pre></div>
      </section>
    </div>
  )
}
