// The frame around the views: who is signed in, where one can go, what is shown.
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleSession, ConsoleVisit } from '../wire/console.js'
import { call, whenSessionMayEnd, wordsOf } from './api.js'
import { Notice } from './parts/notice.js'
import { linkTo, useRoute } from './route.js'
import { SignIn } from './sign-in.js'
import { TryView } from './try/try-view.js'
import { KeysView } from './views/keys-view.js'
import { StatusView } from './views/status-view.js'
import { UsageView } from './views/usage-view.js'
import { UsersView } from './views/users-view.js'

type Visit =
  | { readonly state: 'unknown' }
  | { readonly state: 'out', readonly why: string | undefined }
  | { readonly state: 'failed', readonly why: string }
  | { readonly state: 'in', readonly session: ConsoleSession }

interface View {
  readonly name: string
  readonly title: string
  readonly forAdministrators: boolean
}

const VIEWS: readonly View[] = [
  { name: 'try', title: 'Try', forAdministrators: false },
  { name: 'keys', title: 'Keys', forAdministrators: true },
  { name: 'users', title: 'Users', forAdministrators: true },
  { name: 'usage', title: 'Usage', forAdministrators: true },
  { name: 'status', title: 'Status', forAdministrators: false }
]

/** The whole page. */
export function App (): JSX.Element {
  const [visit, setVisit] = useState<Visit>({ state: 'unknown' })
  useEffect(() => {
    whenSessionMayEnd(() => { enter() })
    enter()
  }, [])

  async function enter (): Promise<void> {
    try {
      const { session, ended } = (await call<ConsoleVisit>('console/session', { bySession: false })).content
      setVisit(session === undefined ? { state: 'out', why: ended } : { state: 'in', session })
    } catch (error) {
      setVisit({ state: 'failed', why: wordsOf(error) })
    }
  }

  async function signOut (): Promise<void> {
    try {
      await call('console/session', { method: 'DELETE', bySession: false })
      setVisit({ state: 'out', why: undefined })
    } catch (error) {
      setVisit({ state: 'failed', why: wordsOf(error) })
    }
  }

  switch (visit.state) {
    case 'unknown': return <main class='alone' aria-busy='true' />
    case 'failed': return <main class='alone'><Notice tone='bad'>{visit.why}</Notice><button onClick={() => { enter() }}>Try again</button></main>
    case 'out': return <SignIn why={visit.why} onEnter={session => setVisit({ state: 'in', session })} />
    case 'in': return <Shell session={visit.session} onSignOut={() => { signOut() }} />
  }
}

function Shell ({ session, onSignOut }: { readonly session: ConsoleSession, readonly onSignOut: () => void }): JSX.Element {
  const [wanted, part] = useRoute()
  const views = VIEWS.filter(view => !view.forAdministrators || session.roles.includes('Administrator'))
  const view = views.find(({ name }) => name === wanted)
  const title = view?.title ?? 'Not here'
  useEffect(() => { document.title = `${title} · compute-api` }, [title])
  return (
    <>
      <a class='skip' href='#content' onClick={event => { event.preventDefault(); document.querySelector<HTMLElement>('main h1')?.focus() }}>Skip to the content</a>
      <header class='bar'>
        <a class='mark' href={linkTo('try')}>compute-api</a>
        <nav aria-label='Views'>
          {views.map(({ name, title }) => <a key={name} href={linkTo(name)} aria-current={name === view?.name ? 'page' : undefined}>{title}</a>)}
        </nav>
        <div class='who'>
          <span class='who-name' title={`${session.organizationName}, ${session.roles.join(', ')}`}>{session.login}</span>
          <button class='quiet' onClick={onSignOut}>Sign out</button>
        </div>
      </header>
      <main id='content'>
        {/* It stays, so that pictures and answers are still there when one comes back. */}
        <Page shown={view?.name === 'try'} title='Try'><TryView shown={view?.name === 'try'} wanted={part} login={session.login} /></Page>
        {view?.name === 'keys' && <Page shown title='API keys'><KeysView login={session.login} /></Page>}
        {view?.name === 'users' && <Page shown title='Users'><UsersView login={session.login} /></Page>}
        {view?.name === 'usage' && <Page shown title='Usage'><UsageView /></Page>}
        {view?.name === 'status' && <Page shown title='Status'><StatusView /></Page>}
        {view === undefined && <Page shown title='Not here'><p>There is no such view, or it is for Administrators. <a href={linkTo('try')}>Try a function</a> instead.</p></Page>}
      </main>
    </>
  )
}

interface PageProps {
  readonly shown: boolean
  readonly title: string
  readonly children: ComponentChildren
}

/** A view under its heading, which takes the focus when the view comes up, so that screen readers say where one is. */
function Page ({ shown, title, children }: PageProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null)
  const first = useRef(true)
  useEffect(() => {
    if (shown && !first.current) heading.current?.focus()
    first.current = false
  }, [shown])
  return (
    <div class='page' hidden={!shown}>
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {children}
    </div>
  )
}
