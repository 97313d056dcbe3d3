// Users: who may sign in, making one, disabling one, giving one another password.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { User, Users } from '../../wire/admin-users.js'
import { call, wordsOf } from '../api.js'
import { formatDate, formatMoment } from '../format.js'
import { Dialog } from '../parts/dialog.js'
import { LoadFault, useLoaded } from '../parts/loaded.js'
import { Notice } from '../parts/notice.js'
import { Secret } from '../parts/secret.js'
import { useForm } from '../use-form.js'

const PATH = 'admin/v1/users'

type Listed = Users['users'][number]

interface Question {
  readonly user: Listed
  readonly about: 'disable' | 'password'
}

export function UsersView ({ login }: { readonly login: string }): JSX.Element {
  const loaded = useLoaded<Users>(PATH)
  const [shown, setShown] = useState<User>()
  const [asked, setAsked] = useState<Question>()
  const [outcome, setOutcome] = useState<readonly ['good' | 'bad', string]>()

  async function change (user: Listed, fields: Readonly<Record<string, string>>, words: string): Promise<void> {
    const { content } = await call<User>(PATH, { method: 'PATCH', body: new URLSearchParams({ login: user.login, ...fields }) })
    if (content.password !== undefined) setShown(content)
    setOutcome(['good', words])
    await loaded.reload()
  }

  function enable (user: Listed): void {
    change(user, { disabled: 'false' }, `${user.login} may sign in again.`).catch(error => setOutcome(['bad', wordsOf(error)]))
  }

  return (
    <>
      <p class='lead'>Users sign in here and get tokens. Only Administrators see keys, users and usage.</p>
      <CreateUser onMade={user => { setShown(user); setOutcome(undefined); loaded.reload() }} />
      {shown?.password !== undefined && (
        <Secret title={`The password of ${shown.login}`} what='the password' secret={shown.password} onDone={() => setShown(undefined)}>
          <p>Hand it over in a way that only they can read.</p>
        </Secret>
      )}
      {outcome !== undefined && <Notice tone={outcome[0]}>{outcome[1]}</Notice>}
      <LoadFault loaded={loaded} />
      {loaded.content !== undefined && (
        <table class='table'>
          <caption class='unseen'>Users, the oldest first</caption>
          <thead><tr><th scope='col'>Login</th><th scope='col'>Roles</th><th scope='col'>State</th><th scope='col'>Created</th><th scope='col'><span class='unseen'>Actions</span></th></tr></thead>
          <tbody>
            {loaded.content.users.map(user => (
              <tr key={user.id} class={user.state === 'enabled' ? '' : 'past'}>
                <th scope='row'>{user.login}{user.login === login && <span class='aside'> (you)</span>}</th>
                <td data-title='Roles'>{user.roles.join(', ')}</td>
                <td data-title='State'><span class={`state ${user.state === 'enabled' ? 'live' : 'revoked'}`}>{user.state === 'enabled' ? 'Enabled' : 'Disabled'}</span></td>
                <td data-title='Created'><time dateTime={user.createdAt} title={formatMoment(user.createdAt)}>{formatDate(user.createdAt)}</time></td>
                <td class='act'>
                  {user.state === 'disabled' && <button onClick={() => enable(user)}>Enable<span class='unseen'> {user.login}</span></button>}
                  {user.state === 'enabled' && user.login !== login && <button onClick={() => setAsked({ user, about: 'disable' })}>Disable<span class='unseen'> {user.login}</span></button>}
                  <button onClick={() => setAsked({ user, about: 'password' })}>New password<span class='unseen'> for {user.login}</span></button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {asked?.about === 'disable' && (
        <Dialog
          title={`Disable ${asked.user.login}?`} action='Disable the user' onClose={() => setAsked(undefined)}
          onConfirm={() => change(asked.user, { disabled: 'true' }, `${asked.user.login} is disabled.`)}
        >
          <p>They cannot sign in any more, and the tokens that their programs hold are refused within a second. You can enable them again.</p>
          {asked.user.declared && <p>COMPUTE_ADMIN_LOGIN declares this user: the next start of the server enables them again unless that setting is taken away.</p>}
        </Dialog>
      )}
      {asked?.about === 'password' && (
        <Dialog
          title={`A new password for ${asked.user.login}?`} action='Make a new password' onClose={() => setAsked(undefined)}
          onConfirm={() => change(asked.user, { resetPassword: 'true' }, `${asked.user.login} has a new password.`)}
        >
          <p>The old password and all their tokens stop working at once{asked.user.login === login ? ', and you are signed out here as soon as this page asks for something else' : ''}. The new password is shown to you once.</p>
          {asked.user.declared && <p>Where COMPUTE_ADMIN_PASSWORD declares the password, the next start of the server sets that again.</p>}
        </Dialog>
      )}
    </>
  )
}

function CreateUser ({ onMade }: { readonly onMade: (user: User) => void }): JSX.Element {
  const { busy, fault, onSubmit } = useForm(async body => onMade((await call<User>(PATH, { method: 'POST', body })).content))

  return (
    <form class='row' aria-label='Create a user' onSubmit={onSubmit}>
      <label class='wide'>Login<input name='login' required maxLength={100} placeholder='A name or an e-mail address' autocomplete='off' autocapitalize='none' spellcheck={false} /></label>
      <label>Role<select name='roles'><option>User</option><option>Administrator</option></select></label>
      <button class='primary' disabled={busy}>Create user</button>
      {fault !== undefined && <Notice tone='bad'>{fault}</Notice>}
    </form>
  )
}
