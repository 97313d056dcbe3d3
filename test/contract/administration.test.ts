import t from 'tap'
import { readFixture } from '../fixtures/index.js'
import { asking, signIn } from './console-client.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './real-server.js'

// One server for most of them: starting one takes a second.
const server = await startServer(t)

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

t.test('keys are listed, made and revoked, key by key', async t => {
  const { credentials: { login, password, apiKey, accessToken } } = server
  const ask = asking(server, { userName: login, token: accessToken })
  const id = apiKey.split('_')[1]

  const listed = await ask('/admin/v1/keys')
  t.equal(listed.headers.get('content-type'), 'application/json')
  t.equal(listed.headers.get('cache-control'), 'no-store')
  t.same(Object.keys(listed.body), ['content', 'code', 'message'])
  const [first] = listed.body.content.keys as Array<Record<string, unknown>>
  t.same(Object.keys(first ?? {}), ['id', 'name', 'prefix', 'state', 'declared', 'createdAt', 'lastUsedAt'])
  t.match(first, { id, name: 'First key', prefix: `cak_${id}_`, state: 'live', declared: false, createdAt: ISO })
  t.notMatch(JSON.stringify(listed.body), new RegExp(apiKey.slice(20)), 'nothing of the secret')

  const { status, body: { content: made } } = await ask('/admin/v1/keys', { method: 'POST', fields: { name: ' Archive ', expires: '90d' } })
  t.equal(status, 200)
  t.same(Object.keys(made), ['id', 'key', 'name', 'prefix', 'state', 'declared', 'createdAt', 'expiresAt'])
  t.match(made, { key: new RegExp(`^cak_${String(made.id)}_[0-9a-z]{46}$`), name: 'Archive', state: 'live', expiresAt: ISO })
  t.ok(Math.abs(Date.parse(String(made.expiresAt)) - Date.parse(String(made.createdAt)) - 90 * 86_400_000) < 1000)

  const getToken = async () => await ask('/compute/v1/image/getToken', { method: 'POST', headers: { Apikey: String(made.key) }, fields: { login, password } })
  const { body: { content: { token } } } = await getToken()
  const withNewKey = asking(server, { token: (token as { access_token: string }).access_token })
  t.equal((await withNewKey('/compute/v1/models')).status, 200)

  const revoked = await ask(`/admin/v1/keys/${String(made.id)}`, { method: 'DELETE' })
  t.same(Object.keys(revoked.body.content), ['id', 'name', 'prefix', 'state', 'declared', 'createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'])
  t.match(revoked.body.content, { id: made.id, state: 'revoked', revokedAt: ISO, lastUsedAt: ISO })
  t.match((await getToken()).body, { content: {}, code: '-4010' })
  t.match((await withNewKey('/compute/v1/models')).body, { code: '-4012' }, 'its tokens are ended too')
  t.equal((await ask(`/admin/v1/keys/${String(made.id)}`, { method: 'DELETE' })).status, 200, 'revoking twice does no harm')
  t.equal((await ask('/compute/v1/models')).status, 200, 'tokens of other keys live on')
})

t.test('users are listed, made, disabled and given another password, key by key', async t => {
  const { credentials: { login, accessToken } } = server
  const ask = asking(server, { Authorization: `Bearer ${accessToken}` })
  const { body: { content: { users } } } = await ask('/admin/v1/users')
  t.match(users, [{ id: /^[0-9a-f]{32}$/, login, roles: ['Administrator'], state: 'enabled', declared: false, createdAt: ISO }])
  t.same(Object.keys((users as object[])[0] ?? {}), ['id', 'login', 'roles', 'state', 'declared', 'createdAt'])

  const { body: { content: made } } = await ask('/admin/v1/users', { method: 'POST', fields: { login: 'archive' } })
  t.same(Object.keys(made), ['id', 'login', 'roles', 'state', 'declared', 'createdAt', 'password'])
  t.match(made, { login: 'archive', roles: ['User'], password: /^([0-9a-z]{5}-){3}[0-9a-z]{5}$/ })
  const given = await ask('/admin/v1/users', { method: 'POST', fields: { login: 'second', roles: 'Administrator, User', password: 'orchid-lantern-77' } })
  t.match(given.body.content, { roles: ['Administrator', 'User'], password: undefined }, 'a password that was given is not repeated')

  const archive = await signIn(server, 'archive', String(made.password))
  t.match((await ask('/admin/v1/users', { method: 'PATCH', fields: { login: 'ARCHIVE', disabled: 'true' } })).body.content, { login: 'archive', state: 'disabled', password: undefined })
  t.match((await archive.ask('/compute/v1/models')).body, { code: '-403', message: /disabled/ })
  t.match((await ask('/admin/v1/users', { method: 'PATCH', fields: { login: 'archive', disabled: 'false' } })).body.content, { state: 'enabled' })
  t.equal((await archive.ask('/compute/v1/models')).status, 200)

  const { body: { content: reset } } = await ask('/admin/v1/users', { method: 'PATCH', fields: { login: 'archive', resetPassword: 'true' } })
  t.match(reset, { login: 'archive', password: /^([0-9a-z]{5}-){3}[0-9a-z]{5}$/ })
  t.match((await archive.ask('/compute/v1/models')).body, { code: '-4012' }, 'which ends the sessions')
  await signIn(server, 'archive', String(reset.password))
  t.match((await ask('/admin/v1/users', { method: 'PATCH', fields: { login: 'archive', password: 'orchid-lantern-78' } })).body, { code: '0' })
  await signIn(server, 'archive', 'orchid-lantern-78')
})

t.test('usage counts calls, errors and time by day, key and function', async t => {
  const { credentials: { login, password, apiKey, accessToken }, baseUrl } = server
  const ask = asking(server, { token: accessToken })
  const palette = async (headers: Record<string, string>, image: string) => await (await fetch(`${baseUrl}/compute/v1/image/colorPalette`, { method: 'POST', headers, body: new URLSearchParams({ image }) })).json()
  const picture = readFixture('quarters.png').toString('base64')
  for (let i = 0; i < 3; i++) t.match(await palette({ token: accessToken }, picture), { code: '0' })
  t.match(await palette({ token: accessToken }, 'AAAA'), { code: '-415' })
  t.match(await palette({ token: 'unknown' }, picture), { code: '-4012' })
  const { cookie } = await signIn(server, login, password)
  t.match(await palette({ cookie, 'x-compute-console': '1' }, picture), { code: '0' })

  const { body: { content } } = await ask('/admin/v1/usage?days=7')
  t.same(Object.keys(content), ['from', 'to', 'rows'])
  const rows = content.rows as Array<Record<string, unknown>>
  t.same(rows.map(row => Object.keys(row)), [['day', 'function', 'calls', 'errors', 'meanMs'], ['day', 'keyId', 'function', 'calls', 'errors', 'meanMs']])
  const [byConsole, byKey] = rows
  t.match(byConsole, { day: content.to, function: 'colorPalette', calls: 1, errors: 0 })
  t.match(byKey, { day: content.to, keyId: apiKey.split('_')[1], function: 'colorPalette', calls: 4, errors: 1 })
  t.ok(Number(byKey?.meanMs) > 0)
  t.equal(Date.parse(String(content.to)) - Date.parse(String(content.from)), 6 * 86_400_000)
  t.match((await ask('/admin/v1/usage?days=0')).body, { code: '-400', message: "parameter 'days' must be a whole number from 1 to 400; it is \"0\"" })
})

t.test('usage is stored when the server closes', async t => {
  // The server's own folder of this test is emptied when it starts.
  const folder = mkdtempSync(join(tmpdir(), 'compute-usage-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const dataDir = join(folder, 'data')
  const env = { COMPUTE_DATA_DIR: dataDir, COMPUTE_ADMIN_LOGIN: 'admin', COMPUTE_ADMIN_PASSWORD: 'orchid-lantern-77', COMPUTE_ADMIN_API_KEY: 'a-key-for-this-test-alone' }
  const first = await startServer(t, env)
  const before = await signIn(first, 'admin', 'orchid-lantern-77')
  await before.ask('/compute/v1/image/colorPalette', { method: 'POST', fields: { image: readFixture('quarters.png').toString('base64') } })
  await first.app.close()
  const second = await startServer(t, env)
  const { body: { content } } = await asking(second, { cookie: before.cookie, 'x-compute-console': '1' })('/admin/v1/usage')
  t.match(content.rows, [{ function: 'colorPalette', calls: 1 }], 'and so are sessions')
  const { body: { content: { keys } } } = await asking(second, { cookie: before.cookie, 'x-compute-console': '1' })('/admin/v1/keys')
  t.match(keys, [{ name: 'COMPUTE_ADMIN_API_KEY', declared: true, prefix: undefined }])
})

t.test('only Administrators administer, and only their own organisation', async t => {
  const { app, credentials: { login, accessToken } } = server
  await app.accounts.createUser({ login: 'plain', password: 'orchid-lantern-77', organization: 'Main organization' })
  await app.accounts.createUser({ login: 'other', password: 'orchid-lantern-77', roles: ['Administrator'], newOrganization: 'Other' })
  const { apiKey } = await app.accounts.createApiKey({ name: 'of the other', organization: 'Other' })
  const admin = asking(server, { token: accessToken })
  const { ask: plain } = await signIn(server, 'plain', 'orchid-lantern-77')
  const { ask: other } = await signIn(server, 'other', 'orchid-lantern-77')
  const calls = [['GET', '/admin/v1/keys'], ['POST', '/admin/v1/keys'], ['DELETE', `/admin/v1/keys/${apiKey.id}`], ['GET', '/admin/v1/users'], ['POST', '/admin/v1/users'], ['PATCH', '/admin/v1/users'], ['GET', '/admin/v1/usage']] as const
  for (const [method, path] of calls) {
    const bare = await asking(server, {})(path, { method })
    t.match(bare, { status: 401, body: { content: {}, code: '-4011' } }, `${method} ${path} without a token`)
    t.match(await plain(path, { method }), { status: 403, body: { content: {}, code: '-403', message: /needs the role Administrator/ } }, `${method} ${path} as a user`)
  }
  t.equal((await plain('/compute/v1/models')).status, 200)
  t.equal((await plain('/console/status')).status, 200)

  t.match(await admin(`/admin/v1/keys/${apiKey.id}`, { method: 'DELETE' }), { status: 404, body: { code: '-404', message: /no API key/ } })
  t.match(await admin('/admin/v1/users', { method: 'PATCH', fields: { login: 'other', disabled: 'true' } }), { status: 404, body: { code: '-404' } })
  t.same(((await other('/admin/v1/users')).body.content.users as Array<{ login: string }>).map(({ login }) => login), ['other'])
  t.same(((await other('/admin/v1/keys')).body.content.keys as Array<{ name: string }>).map(({ name }) => name), ['of the other'])
  t.match((await other('/admin/v1/users', { method: 'POST', fields: { login: 'third' } })).body, { code: '0' })
  t.match((await app.accounts.listUsers()).find(user => user.login === 'third'), { organizationName: 'Other' })
  t.same((await other('/admin/v1/usage')).body.content.rows, [])
  t.match(await admin('/admin/v1/users', { method: 'PATCH', fields: { login, disabled: 'true' } }), { status: 400, body: { message: /cannot disable your own account/ } })
})

t.test('what cannot be done is said in words', async t => {
  const ask = asking(server, { token: server.credentials.accessToken })
  const cases: ReadonlyArray<readonly [method: string, path: string, fields: Record<string, string>, message: RegExp]> = [
    ['POST', '/admin/v1/keys', {}, /'name' is missing/],
    ['POST', '/admin/v1/keys', { name: '   ' }, /name of a key must have 1 to 100 characters/],
    ['POST', '/admin/v1/keys', { name: 'x', expires: 'yesterday' }, /such as 90d/],
    ['POST', '/admin/v1/keys', { name: 'x', expires: '2020-01-01' }, /time to come/],
    ['POST', '/admin/v1/users', { login: 'a b' }, /A login has/],
    ['POST', '/admin/v1/users', { login: 'admin' }, /There is a user "admin" already/],
    ['POST', '/admin/v1/users', { login: 'x', roles: 'Root' }, /Roles are Administrator and User; "Root" is none/],
    ['POST', '/admin/v1/users', { login: 'x', password: 'short' }, /A password has 10 to 1024 characters; this one has 5/],
    ['PATCH', '/admin/v1/users', { login: 'admin' }, /nothing is to be changed/],
    ['PATCH', '/admin/v1/users', { login: 'admin', password: 'orchid-lantern-77', resetPassword: 'yes' }, /exclude each other/]
  ]
  for (const [method, path, fields, message] of cases) {
    t.match(await ask(path, { method, fields }), { status: 400, body: { content: {}, code: '-400', message } }, `${method} ${path} ${JSON.stringify(fields)}`)
  }
  t.match(await ask('/admin/v1/keys/nothing', { method: 'DELETE' }), { status: 404, body: { code: '-404' } })
  const put = await ask('/admin/v1/keys', { method: 'PUT' })
  t.match([put.status, put.headers.get('allow')], [405, 'GET, POST'])
  t.equal((await asking(server, {})('/admin/v1/nothing')).status, 404)
})

t.test('the OpenAPI document has all of it', async t => {
  const { baseUrl } = server
  const { paths } = await (await fetch(`${baseUrl}/docs/json`)).json() as { paths: Record<string, Record<string, { operationId: string, security: object[], parameters?: object[], responses: object }>> }
  const operations = Object.entries(paths).filter(([path]) => path.startsWith('/admin/')).flatMap(([path, methods]) => Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`))
  t.same(operations.sort(), [
    'delete /admin/v1/keys/{id} revokeKey', 'get /admin/v1/keys listKeys', 'get /admin/v1/usage listUsage', 'get /admin/v1/users listUsers',
    'patch /admin/v1/users changeUser', 'post /admin/v1/keys createKey', 'post /admin/v1/users createUser'
  ])
  t.match(paths['/admin/v1/keys/{id}']?.delete?.parameters, [{ name: 'id', in: 'path', required: true }])
  t.match(paths['/admin/v1/keys']?.post?.security, [{ token: [], userName: [] }, { bearer: [] }, { session: [] }])
  t.same(Object.keys(paths['/admin/v1/keys']?.get?.responses ?? {}), ['200', '400', '401', '403', '404', '405', '500', '503', '504'])
  t.same(paths['/compute/v1/image/colorPalette']?.post?.security, [{ token: [], userName: [] }, { bearer: [] }], 'the functions are as they were')
})
