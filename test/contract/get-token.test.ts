import t from 'tap'
import { startServer } from './real-server.js'

const documented = ['access_token', 'token_type', 'expires_in', 'userName', 'userId', 'organizationId', 'organizationName', 'roles', 'apiversion', '.issued', '.expires']
const rfcDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

t.test('getToken answers the documented token, key by key', async t => {
  const { baseUrl, credentials: { login, password, apiKey } } = await startServer(t)
  const answer = await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login, password }) })
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('content-type'), 'application/json')
  const body = await answer.json() as { content: { token: Record<string, unknown> } }
  t.match(body, { code: '0', message: 'ok' })
  t.same(Object.keys(body), ['content', 'code', 'message'])
  t.same(Object.keys(body.content), ['token'])
  const { token } = body.content
  t.same(Object.keys(token), documented)
  t.match(token, {
    access_token: /^\S{20,}$/,
    token_type: 'bearer',
    expires_in: 1209599,
    userName: login,
    userId: /^[0-9a-f]{32}$/,
    organizationId: /^[0-9a-f]{32}$/,
    organizationName: /./,
    roles: 'Administrator',
    apiversion: '3.2.0',
    '.issued': rfcDate,
    '.expires': rfcDate
  })
  t.equal(Date.parse(String(token['.expires'])) - Date.parse(String(token['.issued'])), 14 * 86_400_000)
  t.ok(Math.abs(Date.parse(String(token['.issued'])) - Date.now()) < 10_000)
})

t.test('the parameters may come in any way, header names in any case', async t => {
  const { baseUrl, credentials: { login, password, apiKey } } = await startServer(t)
  const url = `${baseUrl}/compute/v1/image/getToken`
  const form = new FormData()
  form.append('login', login)
  form.append('password', password)
  const asked = {
    'query of a GET': fetch(`${url}?${new URLSearchParams({ login, password })}`, { headers: { apikey: apiKey } }),
    json: fetch(url, { method: 'POST', headers: { APIKEY: apiKey, 'content-type': 'application/json' }, body: JSON.stringify({ Login: login, PASSWORD: password }) }),
    multipart: fetch(url, { method: 'POST', headers: { ApiKey: apiKey }, body: form }),
    'another host': fetch(`${url}/`, { method: 'POST', headers: { Apikey: apiKey, host: 'prod.ltutech.net' }, body: new URLSearchParams({ login: login.toUpperCase(), password }) })
  }
  for (const [way, answer] of Object.entries(asked)) t.match(await (await answer).json(), { code: '0' }, way)
})

t.test('a wrong key, login or password get one and the same answer', async t => {
  const { baseUrl, credentials: { login, password, apiKey } } = await startServer(t)
  const ask = async (key: string | undefined, body: Record<string, string>): Promise<string> => {
    const answer = await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: key === undefined ? {} : { Apikey: key }, body: new URLSearchParams(body) })
    t.equal(answer.status, 401)
    return await answer.text()
  }
  const answers = [
    await ask(`${apiKey.slice(0, -1)}${apiKey.endsWith('0') ? '1' : '0'}`, { login, password }),
    await ask(undefined, { login, password }),
    await ask(apiKey, { login: 'nobody', password }),
    await ask(apiKey, { login, password: 'wrong' })
  ]
  t.match(JSON.parse(answers[0] ?? ''), { content: {}, code: '-4010' })
  t.equal(new Set(answers).size, 1)
})

t.test('a missing parameter is named', async t => {
  const { baseUrl, credentials: { login, apiKey } } = await startServer(t)
  const answer = await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login }) })
  t.match(await answer.json(), { content: {}, code: '-400', message: "parameter 'password' is missing" })
})

t.test('after too many failures sign-in waits, and says how long', async t => {
  const { baseUrl, credentials: { login, password, apiKey } } = await startServer(t)
  const ask = async (password: string): Promise<Response> => await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login, password }) })
  let refused: Response | undefined
  for (let tries = 0; tries < 100 && refused === undefined; tries++) {
    const answer = await ask('wrong')
    if (answer.status === 429) refused = answer
  }
  t.match(refused?.headers.get('retry-after'), /^\d+$/)
  t.match(await refused?.json(), { content: {}, code: '-429' })
  t.equal((await ask(password)).status, 429, 'the right password has to wait too')
})

t.test('a bad token is refused in each of its ways', async t => {
  const { app, baseUrl, credentials: { login, accessToken } } = await startServer(t)
  const ask = async (headers: Record<string, string>): Promise<unknown> => {
    const answer = await fetch(`${baseUrl}/compute/v1/image/colorPalette`, { method: 'POST', headers, body: new URLSearchParams({ image: 'AAAA' }) })
    return { status: answer.status, ...await answer.json() as object }
  }
  t.match(await ask({ userName: login }), { status: 401, content: {}, code: '-4011' })
  t.match(await ask({ userName: login, token: '' }), { status: 401, code: '-4011' })
  t.match(await ask({ userName: login, token: `${accessToken}x` }), { status: 401, code: '-4012' })
  t.match(await ask({ userName: 'another', token: accessToken }), { status: 401, code: '-4014' })
  t.match(await ask({ userName: login.toUpperCase(), token: accessToken }), { code: '-415' }, 'userName in another case is the same')
  t.match(await ask({ token: accessToken }), { code: '-415' }, 'userName may be left out')
  t.match(await ask({ Authorization: `Bearer ${accessToken}` }), { code: '-415' }, 'the token may be a bearer token')
  const user = (await app.accounts.listUsers()).find(user => user.login === login)
  t.ok(user)
})

t.test('an expired token says so', async t => {
  const { now } = Date
  let aheadMs = 0
  Date.now = () => now() + aheadMs
  t.teardown(() => { Date.now = now })
  const { baseUrl, credentials: { accessToken } } = await startServer(t, { COMPUTE_TOKEN_TTL: '60s' })
  aheadMs = 61_000
  const answer = await fetch(`${baseUrl}/compute/v1/image/colorPalette`, { method: 'POST', headers: { token: accessToken }, body: new URLSearchParams({ image: 'AAAA' }) })
  t.match(await answer.json(), { content: {}, code: '-4013' })
})
