// The console as the server sees it: its session and its files. What the page does with them, test/console/ looks at.
import t from 'tap'
import { readdirSync, statSync } from 'node:fs'
import { readFixture } from '../fixtures/index.js'
import { ROOT } from '../places.js'
import { asking, PAGE, signIn } from './console-client.js'
import { startServer } from './real-server.js'

// One server for most of them: starting one takes a second.
const server = await startServer(t, { COMPUTE_TRUST_PROXY: '127.0.0.1/32', COMPUTE_CORS_ORIGINS: '*' })

t.test('a session is a cookie that scripts cannot read and other sites do not send', async t => {
  const { credentials: { login, password } } = server
  t.same((await asking(server, PAGE)('/console/session')).body, { content: {}, code: '0', message: 'ok' }, 'that nobody is signed in is no error')
  const { ask, setCookie } = await signIn(server, login, password)
  t.match(setCookie, /^compute_session=ccs_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/)
  const { body: { content: { session } } } = await ask('/console/session')
  t.same(Object.keys(session as object), ['login', 'organizationName', 'roles', 'expiresAt'])
  t.match(session, { login, organizationName: 'Main organization', roles: ['Administrator'] })

  const ended = await ask('/console/session', { method: 'DELETE' })
  t.match(ended.headers.get('set-cookie'), /^compute_session=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict$/)
  t.match((await ask('/console/session')).body.content, { session: undefined, ended: /sign in again/ })
  t.match(await ask('/compute/v1/models'), { status: 401, body: { code: '-4012' } })
  t.equal((await ask('/console/session', { method: 'DELETE' })).status, 200, 'signing out twice does no harm')
})

t.test('behind a proxy with TLS the cookie wants TLS', async t => {
  const { headers } = await asking(server, { ...PAGE, 'x-forwarded-proto': 'https' })('/console/session', { method: 'POST', fields: { login: server.credentials.login, password: server.credentials.password } })
  t.match(headers.get('set-cookie'), /; HttpOnly; Secure; SameSite=Strict/)
})

t.test('a session counts for the page alone', async t => {
  const { cookie } = await signIn(server, server.credentials.login, server.credentials.password)
  const status = async (headers: Record<string, string>, path = '/admin/v1/keys', method = 'GET') => (await asking(server, { cookie })(path, { headers, method })).status
  t.equal(await status(PAGE), 200)
  t.equal(await status({ ...PAGE, 'sec-fetch-site': 'same-origin' }), 200)
  t.equal(await status({}), 403, 'a form of another page cannot send the header')
  t.equal(await status({ ...PAGE, 'sec-fetch-site': 'same-site' }), 403, 'nor does it help a server on another port')
  t.equal(await status({ ...PAGE, 'sec-fetch-site': 'cross-site' }), 403)
  t.equal(await status({}, '/compute/v1/image/colorPalette', 'POST'), 403, 'functions neither')
  t.equal(await status({}, '/console/session', 'DELETE'), 403)
  t.match(await asking(server, {})('/console/session', { method: 'POST', fields: { login: server.credentials.login, password: server.credentials.password } }), { status: 403 }, 'nobody is signed in by another page')
  t.equal((await asking(server, { cookie, token: server.credentials.accessToken })('/admin/v1/keys')).status, 200, 'a token goes before it')
  const preflight = await fetch(`${server.baseUrl}/admin/v1/keys`, { method: 'OPTIONS', headers: { origin: 'http://elsewhere', 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-compute-console' } })
  t.equal(preflight.headers.get('access-control-allow-credentials'), null, 'CORS lets no cookies')
})

t.test('the page asks how the server is and for pictures that browsers cannot open', async t => {
  const { ask, cookie } = await signIn(server, server.credentials.login, server.credentials.password)
  const { body: { content } } = await ask('/console/status')
  t.same(Object.keys(content), ['version', 'uptimeS', 'slots', 'busy', 'waiting', 'docs', 'metrics', 'fetch', 'maxImageBytes'])
  t.match(content, { version: /^\d+\.\d+\.\d+/, busy: 0, waiting: 0, docs: 'public', metrics: 'public', fetch: true, maxImageBytes: 20_000_000 })
  const form = new FormData()
  form.append('image', new Blob([readFixture('quarters-turned.heic')]), 'turned.heic')
  const preview = await (await fetch(`${server.baseUrl}/console/preview`, { method: 'POST', headers: { ...PAGE, cookie }, body: form })).json() as { content: Record<string, unknown> }
  t.same(Object.keys(preview.content), ['width', 'height', 'picture'])
  t.match(preview, { code: '0', content: { width: 32, height: 48, picture: /^\/9j\/4AAQSkZJRg/ } }, 'upright')
  t.equal((await asking(server, {})('/console/status')).status, 401)
  t.same((await ask('/admin/v1/usage')).body.content.rows, [], 'none of which is usage')
})

t.test('the page comes with a strict policy, compressed, and anew only after a change', async t => {
  const { app: { http: app }, baseUrl } = server
  const page = await fetch(`${baseUrl}/console/`)
  t.match(page.headers.get('content-type'), /^text\/html/)
  const policy = page.headers.get('content-security-policy') ?? ''
  t.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
  t.notMatch(policy, /unsafe|https?:|\*/)
  t.equal(page.headers.get('cache-control'), 'no-cache')
  t.equal(page.headers.get('x-content-type-options'), 'nosniff')
  const html = await page.text()
  t.notMatch(html, /<script(?![^>]*src=)|<style|style=|https?:\/\//, 'nothing inline, nothing from elsewhere')
  for (const [, name = ''] of html.matchAll(/(?:src|href)="([^"]+)"/g)) t.equal((await fetch(new URL(name, page.url))).status, 200, name)

  const first = await app.inject({ url: '/console/console.js', headers: { 'accept-encoding': 'br, gzip' } })
  t.match(first.headers, { 'content-encoding': 'br', 'content-type': /^(text|application)\/javascript/, vary: /accept-encoding/i })
  const again = await app.inject({ url: '/console/console.js', headers: { 'accept-encoding': 'br, gzip', 'if-none-match': String(first.headers.etag) } })
  t.same([again.statusCode, again.rawPayload.length], [304, 0])
  t.notOk((await app.inject({ url: '/console/console.js', headers: { 'accept-encoding': 'identity' } })).headers['content-encoding'])

  t.match([(await fetch(`${baseUrl}/console`, { redirect: 'manual' })).headers.get('location'), (await fetch(`${baseUrl}/`, { redirect: 'manual' })).headers.get('location')], ['console/', 'console/'])
  const missing = await fetch(`${baseUrl}/console/../../package.json`)
  t.match(await missing.json(), { code: '-404' })
  t.match(await (await fetch(`${baseUrl}/console/nothing.js`)).json(), { content: {}, code: '-404' })
  t.equal((await fetch(`${baseUrl}/console/`, { method: 'POST' })).status, 405)
})

t.test('script and styles are small', async t => {
  const folder = `${ROOT}dist/console/`
  const sizes = Object.fromEntries(readdirSync(folder).filter(name => /\.(js|css)\.gz$/.test(name)).map(name => [name, statSync(folder + name).size]))
  t.same(Object.keys(sizes).sort(), ['console.js.gz', 'style.css.gz'])
  t.ok((sizes['console.js.gz'] ?? Infinity) < 100_000, `the script has ${sizes['console.js.gz']} bytes`)
  t.ok((sizes['style.css.gz'] ?? Infinity) < 20_000)
})

t.test('without the console there is no page and nobody signs in without a key', async t => {
  const server = await startServer(t, { COMPUTE_CONSOLE: 'off' })
  for (const path of ['/console/', '/console/session', '/console/status']) t.equal((await asking(server, PAGE)(path)).status, 404, path)
  t.equal((await fetch(`${server.baseUrl}/`, { redirect: 'manual' })).headers.get('location'), '/docs')
  const { accessToken } = await server.app.accounts.signInToConsole({ login: server.credentials.login, password: server.credentials.password, address: '127.0.0.1' })
  t.equal((await asking(server, { ...PAGE, cookie: `compute_session=${accessToken}` })('/admin/v1/keys')).status, 401, 'and older sessions do not count')
  t.equal((await asking(server, { token: server.credentials.accessToken })('/admin/v1/keys')).status, 200)
})

t.test('a wrong password is refused and counted as getToken counts', async t => {
  const { credentials: { login, password } } = server
  const attempt = async (password: string) => await asking(server, PAGE)('/console/session', { method: 'POST', fields: { login, password } })
  t.match(await attempt('wrong'), { status: 401, body: { content: {}, code: '-4010', message: 'The login or the password is wrong' } })
  for (let i = 0; i < 9; i++) await attempt('wrong')
  const refused = await attempt(password)
  t.match(refused, { status: 429, body: { code: '-429' } })
  t.match(refused.headers.get('retry-after'), /^\d+$/)
})
