// API keys: what there is, making one, revoking one.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Key, Keys, NewKey } from '../../wire/admin-keys.js'
import { addressOf, call } from '../api.js'
import { formatAgo, formatDate, formatMoment } from '../format.js'
import { CopyButton } from '../parts/copy-button.js'
import { Dialog } from '../parts/dialog.js'
import { Fold } from '../parts/fold.js'
import { LoadFault, useLoaded } from '../parts/loaded.js'
import { Notice } from '../parts/notice.js'
import { Secret } from '../parts/secret.js'
import { useForm } from '../use-form.js'
import { quoted } from '../try/answer-facts.js'

const PATH = 'admin/v1/keys'

const EXPIRIES = [['', 'never'], ['30d', 'in 30 days'], ['90d', 'in 90 days'], ['365d', 'in a year']] as const

const STATE_WORDS: Readonly<Record<Key['state'], string>> = { live: 'Live', expired: 'Expired', revoked: 'Revoked' }

export function KeysView ({ login }: { readonly login: string }): JSX.Element {
  const loaded = useLoaded<Keys>(PATH)
  const [made, setMade] = useState<NewKey>()
  const [asked, setAsked] = useState<Key>()
  const [done, setDone] = useState<string>()
  const keys = [...loaded.content?.keys ?? []].reverse()

  async function revoke ({ id, name }: Key): Promise<void> {
    await call(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' })
    setDone(`The key “${name}” is revoked.`)
    if (made?.id === id) setMade(undefined)
    await loaded.reload()
  }

  return (
    <>
      <p class='lead'>Programs use a key, with a login and a password, to get the token that they send with every call.</p>
      <CreateKey onMade={key => { setMade(key); setDone(undefined); loaded.reload() }} />
      {made !== undefined && <NewKeyPanel made={made} login={login} onDone={() => setMade(undefined)} />}
      {done !== undefined && <Notice tone='good'>{done}</Notice>}
      <LoadFault loaded={loaded} />
      {loaded.content !== undefined && (
        <table class='table'>
          <caption class='unseen'>API keys, the newest first</caption>
          <thead><tr><th scope='col'>Name</th><th scope='col'>Begins with</th><th scope='col'>State</th><th scope='col'>Created</th><th scope='col'>Last used</th><th scope='col'>Expires</th><th scope='col'><span class='unseen'>Actions</span></th></tr></thead>
          <tbody>
            {keys.map(key => (
              <tr key={key.id} class={key.state === 'live' ? '' : 'past'}>
                <th scope='row'>{key.name}</th>
                <td data-title='Begins with'>{key.prefix === undefined ? <span class='aside'>declared by the settings</span> : <code>{key.prefix}…</code>}</td>
                <td data-title='State'><span class={`state ${key.state}`}>{STATE_WORDS[key.state]}</span></td>
                <td data-title='Created'><Moment iso={key.createdAt} /></td>
                <td data-title='Last used'>{key.lastUsedAt === undefined ? 'never' : <time dateTime={key.lastUsedAt} title={formatMoment(key.lastUsedAt)}>{formatAgo(key.lastUsedAt)}</time>}</td>
                <td data-title='Expires'>{key.expiresAt === undefined ? 'never' : <Moment iso={key.expiresAt} />}</td>
                <td class='act'>{key.state !== 'revoked' && <button onClick={() => setAsked(key)}>Revoke<span class='unseen'> {key.name}</span></button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Fold title='How to replace a key without interruption'>
        <ol>
          <li>Create the new key. The old one goes on working.</li>
          <li>Give the new key to your programs, one after the other, whenever it suits them.</li>
          <li>Watch “last used” of the old key here. A program holds its token for days, and every call with it counts as a use.</li>
          <li>When nothing uses the old key any more, revoke it.</li>
        </ol>
      </Fold>
      {asked !== undefined && (
        <Dialog title={`Revoke “${asked.name}”?`} action='Revoke the key' onConfirm={() => revoke(asked)} onClose={() => setAsked(undefined)}>
          <p>Programs with this key get no token any more, and the tokens that they hold are refused within a second. This cannot be undone.</p>
          <p>{asked.lastUsedAt === undefined ? 'The key was never used.' : `The key was last used ${formatAgo(asked.lastUsedAt)}.`}</p>
          {asked.declared && <p>COMPUTE_ADMIN_API_KEY declares this key: the next start of the server makes it live again unless that setting is taken away.</p>}
        </Dialog>
      )}
    </>
  )
}

function Moment ({ iso }: { readonly iso: string }): JSX.Element {
  return <time dateTime={iso} title={formatMoment(iso)}>{formatDate(iso)}</time>
}

function CreateKey ({ onMade }: { readonly onMade: (key: NewKey) => void }): JSX.Element {
  const { busy, fault, onSubmit } = useForm(async body => onMade((await call<NewKey>(PATH, { method: 'POST', body })).content))

  return (
    <form class='row' aria-label='Create a key' onSubmit={onSubmit}>
      <label class='wide'>Name<input name='name' required maxLength={100} placeholder='What it is for, such as Photo archive' autocomplete='off' /></label>
      <label>Expires<select name='expires'>{EXPIRIES.map(([value, title]) => <option key={value} value={value}>{title}</option>)}</select></label>
      <button class='primary' disabled={busy}>Create key</button>
      {fault !== undefined && <Notice tone='bad'>{fault}</Notice>}
    </form>
  )
}

function NewKeyPanel ({ made, login, onDone }: { readonly made: NewKey, readonly login: string, readonly onDone: () => void }): JSX.Element {
  const curl = [
    `curl -X POST ${quoted(addressOf('compute/v1/image/getToken'))}`,
    `-H ${quoted(`Apikey: ${made.key}`)}`,
    `-d ${quoted(`login=${login}`)} --data-urlencode "password=$PASSWORD"`
  ].join(' \\\n  ')
  return (
    <Secret title={`The key “${made.name}”`} what='the key' secret={made.key} onDone={onDone}>
      <p>Get a token with it:</p>
      <div class='code'><CopyButton text={curl} what='the curl line' /><pre tabIndex={0} aria-label='curl line'>{curl}</pre></div>
    </Secret>
  )
}
