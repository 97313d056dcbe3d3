import t from 'tap'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../src/errors.js'
import { createCpuBudget } from '../../src/runtime/cpu-budget.js'
import { buildTestServer, echoEndpoint } from '../fakes/test-server.js'

const url = '/compute/v1/image/echo'
const form = { token: 'good', 'content-type': 'application/x-www-form-urlencoded' }
const payload = `image=${Buffer.from('picture').toString('base64')}`

t.test('a success is ASCII JSON in the envelope with a bare content type', async t => {
  const { app } = await buildTestServer(t)
  const answer = await app.inject({ method: 'POST', url, payload: `${payload}&note=%C3%A9`, headers: form })
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['content-type'], 'application/json')
  t.match(answer.body, /^\{"content":\{"bytes":7,"sha256":"[0-9a-f]{64}","note":"\\u00e9"\},"code":"0","message":"ok"\}$/)
  t.match(answer.headers['x-request-id'], /^[0-9a-f-]{36}$/)
  t.match(answer.headers['server-timing'], /^auth;dur=[\d.]+, fetch;dur=[\d.]+, queue;dur=[\d.]+, encode;dur=[\d.]+$/)
})

t.test('the path is found with a trailing slash, doubled slashes and in any case, whatever the host', async t => {
  const { app } = await buildTestServer(t)
  for (const path of [`${url}/`, '/compute//v1/image//echo', '/Compute/V1/IMAGE/Echo', `${url}/?note=x`]) {
    const answer = await app.inject({ method: 'POST', url: path, payload, headers: { ...form, host: 'api.ltutech.com' } })
    t.equal(answer.json().code, '0', path)
  }
})

t.test('every error is an envelope with its catalogued code', async t => {
  const { app } = await buildTestServer(t)
  const expect = async (request: { method: string, url: string, headers?: Record<string, string>, payload?: string }, status: number, code: string): Promise<void> => {
    const answer = await app.inject(request as never)
    t.equal(answer.statusCode, status, `${request.method} ${request.url}`)
    t.equal(answer.headers['content-type'], 'application/json')
    t.same(Object.keys(answer.json()), ['content', 'code', 'message'])
    t.match(answer.json(), { content: {}, code })
    t.ok(answer.headers['x-request-id'])
  }
  await expect({ method: 'GET', url: '/nowhere' }, 404, '-404')
  await expect({ method: 'POST', url: '/compute/v1/image/unknown', headers: form, payload }, 404, '-404')
  await expect({ method: 'GET', url: '/compute/v1/image/%zz' }, 400, '-400')
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) await expect({ method, url, headers: form, payload }, 405, '-405')
  await expect({ method: 'POST', url: '/livez' }, 405, '-405')
  await expect({ method: 'POST', url, payload, headers: { 'content-type': form['content-type'] } }, 401, '-4011')
  await expect({ method: 'POST', url, payload, headers: { ...form, token: 'bad' } }, 401, '-4012')
  await expect({ method: 'POST', url, payload, headers: { ...form, 'content-type': 'text/xml' } }, 415, '-415')
  await expect({ method: 'POST', url, payload, headers: { ...form, 'content-type': 'text/plain' } }, 415, '-415')
  t.equal((await app.inject({ method: 'PUT', url })).headers.allow, 'GET, POST')
  t.equal((await app.inject({ method: 'HEAD', url, headers: form })).statusCode, 405)
})

t.test('each kind of failure has the status and code of the contract', async t => {
  const table = [
    ['invalid_request', 400, '-400'], ['bad_credentials', 401, '-4010'], ['token_missing', 401, '-4011'],
    ['token_unknown', 401, '-4012'], ['token_expired', 401, '-4013'], ['token_of_other_user', 401, '-4014'],
    ['account_disabled', 403, '-403'], ['url_refused', 403, '-4031'], ['too_large', 413, '-413'],
    ['unsupported_media', 415, '-415'], ['image_unreachable', 422, '-4221'], ['rate_limited', 429, '-429'],
    ['busy', 503, '-503'], ['model_missing', 503, '-5031'], ['deadline_passed', 504, '-504']
  ] as const
  for (const [kind, status, code] of table) {
    const { app } = await buildTestServer(t, { endpoints: [echoEndpoint(async () => { throw new Failure(kind, 'why', { retryAfterS: 7 }) })] })
    const answer = await app.inject({ method: 'POST', url, payload, headers: form })
    t.equal(answer.statusCode, status, kind)
    t.match(answer.json(), { content: {}, code, message: 'why' })
    t.equal(answer.headers['retry-after'], '7')
  }
})

t.test('our own faults are logged and not told', async t => {
  const { app, log } = await buildTestServer(t, { endpoints: [echoEndpoint(async () => { throw new Error('secret detail of /etc') })] })
  const answer = await app.inject({ method: 'POST', url, payload, headers: form })
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { content: {}, code: '-500', message: /^the server failed to answer/ })
  t.notMatch(answer.body, /secret/)
  const line = log.find(entry => entry.level === 50)
  t.match(line, { reqId: answer.headers['x-request-id'], err: { message: 'secret detail of /etc' } })
})

t.test('an answer that does not fit its schema is our fault, never half an answer', async t => {
  const { app } = await buildTestServer(t, { endpoints: [echoEndpoint(async () => ({ bytes: NaN, sha256: '', note: '' }))] })
  t.match((await app.inject({ method: 'POST', url, payload, headers: form })).json(), { content: {}, code: '-500' })
})

t.test('with always-200 the API answers 200 and the code tells; health does not join in', async t => {
  const { app } = await buildTestServer(t, { config: { httpStatus: 'always-200' }, readiness: () => ({ ready: false, reason: 'starting' }) })
  for (const request of [
    { method: 'POST', url, payload, headers: { token: 'bad' } },
    { method: 'PUT', url },
    { method: 'GET', url: '/compute/v1/image/unknown' },
    { method: 'GET', url: '/compute/v1/image/%zz' }
  ] as const) {
    const answer = await app.inject(request)
    t.equal(answer.statusCode, 200)
    t.match(answer.json().code, /^-4/)
  }
  t.equal((await app.inject('/readyz')).statusCode, 503)
  t.equal((await app.inject('/nowhere?x=/compute/')).statusCode, 404)
})

t.test('alive and ready differ', async t => {
  const { app } = await buildTestServer(t, { readiness: () => ({ ready: false, reason: 'stopping' }) })
  t.same((await app.inject('/livez')).json(), { status: 'alive' })
  const ready = await app.inject('/readyz')
  t.equal(ready.statusCode, 503)
  t.same(ready.json(), { status: 'not ready', reason: 'stopping' })
})

t.test('documentation and metrics are as public as the settings say', async t => {
  const open = await buildTestServer(t)
  t.equal((await open.app.inject('/docs/json')).statusCode, 200)
  t.equal((await open.app.inject('/metrics')).statusCode, 200)
  t.equal((await open.app.inject('/')).headers.location, '/docs')
  const closed = await buildTestServer(t, { config: { docs: 'token', metrics: 'token' } })
  for (const path of ['/docs', '/docs/', '/docs/json', '/docs/static/swagger-ui.css', '/metrics']) {
    t.equal((await closed.app.inject(path)).statusCode, 401, path)
  }
  t.equal((await closed.app.inject({ url: '/docs/json', headers: { token: 'good' } })).statusCode, 200)
  t.equal((await closed.app.inject({ url: '/metrics', headers: { token: 'good' } })).statusCode, 200)
  const off = await buildTestServer(t, { config: { docs: 'off', metrics: 'off' } })
  for (const path of ['/docs', '/docs/json', '/metrics', '/']) t.equal((await off.app.inject(path)).statusCode, 404, path)
})

t.test('metrics count requests, stages and errors by function', async t => {
  const { app } = await buildTestServer(t)
  await app.inject({ method: 'POST', url, payload, headers: form })
  await app.inject({ method: 'POST', url, payload, headers: { ...form, token: 'bad' } })
  const text = (await app.inject('/metrics')).body
  for (const line of [
    'compute_request_duration_seconds_count{function="echo",status="200"} 1',
    'compute_stage_duration_seconds_count{function="echo",stage="queue"} 1',
    'compute_errors_total{function="echo",kind="token_unknown"} 1',
    'compute_slots 2',
    'compute_slots_busy 0'
  ]) t.ok(text.includes(line), line)
  t.match(text, /nodejs_eventloop_lag_seconds /)
})

t.test('one log line per request tells what happened and no secret', async t => {
  const { app, log } = await buildTestServer(t)
  await app.inject({ method: 'POST', url: `${url}?login=hunter2`, payload: `${payload}&password=hunter2`, headers: { ...form, apikey: 'hunter2', authorization: 'Bearer hunter2', 'x-request-id': 'from-proxy.1' } })
  const line = log.find(entry => entry.msg === 'request')
  t.match(line, { level: 30, reqId: 'from-proxy.1', method: 'POST', function: 'echo', status: 200, ms: Number, queueMs: Number, address: '127.0.0.1' })
  t.notMatch(JSON.stringify(log), /hunter2|"good"/)
  await app.inject({ method: 'GET', url: '/nowhere?token=hunter2', headers: { 'x-request-id': 'bad id\nwith more' } })
  t.notMatch(JSON.stringify(log), /hunter2|bad id/)
})

t.test('forwarded addresses are believed from the named proxies only', async t => {
  const addressOf = async (trustProxy: readonly string[]): Promise<unknown> => {
    const { app, log } = await buildTestServer(t, { config: { trustProxy } })
    await app.inject({ method: 'POST', url, payload, headers: { ...form, 'x-forwarded-for': '203.0.113.9' } })
    return log.find(entry => entry.msg === 'request')?.address
  }
  t.equal(await addressOf([]), '127.0.0.1')
  t.equal(await addressOf(['10.0.0.0/8']), '127.0.0.1')
  t.equal(await addressOf(['127.0.0.0/8']), '203.0.113.9')
})

t.test('CORS is off unless origins are listed', async t => {
  const off = await buildTestServer(t)
  const preflight = { method: 'OPTIONS', url, headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' } } as const
  t.equal((await off.app.inject(preflight)).headers['access-control-allow-origin'], undefined)
  const on = await buildTestServer(t, { config: { corsOrigins: ['https://app.example.com'] } })
  const allowed = await on.app.inject(preflight)
  t.equal(allowed.statusCode, 204)
  t.equal(allowed.headers['access-control-allow-origin'], 'https://app.example.com')
  t.not((await on.app.inject({ ...preflight, headers: { ...preflight.headers, origin: 'https://evil.example' } })).headers['access-control-allow-origin'], 'https://evil.example')
})

t.test('a full queue answers 503 with Retry-After at once', async t => {
  const { app } = await buildTestServer(t, { budget: createCpuBudget({ slots: 1, maxQueue: 1, maxWaitMs: 60_000 }) })
  const slow = { method: 'POST', url, payload: `${payload}&wait=200`, headers: form } as const
  const answers = await Promise.all([app.inject(slow), app.inject(slow), app.inject(slow)])
  t.same(answers.map(answer => answer.statusCode).sort(), [200, 200, 503])
  const refused = answers.find(answer => answer.statusCode === 503)
  t.match(refused?.json(), { code: '-503', message: /limit is 1/ })
  t.match(refused?.headers['retry-after'], /^\d+$/)
})

t.test('the deadline ends a request whose work nobody can stop', async t => {
  const { app } = await buildTestServer(t, { requestTimeoutMs: 50 })
  const answer = await app.inject({ method: 'POST', url, payload: `${payload}&wait=400`, headers: form })
  t.equal(answer.statusCode, 504)
  t.match(answer.json(), { code: '-504', message: 'the request took longer than 0.05 s, which is the limit' })
})

t.test('work is cancelled when the client goes away', async t => {
  let start = (signal: AbortSignal): void => {}
  const started = new Promise<AbortSignal>(resolve => { start = resolve })
  const { app, log } = await buildTestServer(t, {
    endpoints: [echoEndpoint(async ({ work }) => await new Promise((resolve, reject) => {
      start(work.signal)
      work.signal.addEventListener('abort', () => reject(work.signal.reason))
    }))]
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const abort = new AbortController()
  const asked = fetch(`${app.listeningOrigin}${url}`, { method: 'POST', body: payload, headers: form, signal: abort.signal })
  const signal = await started
  abort.abort()
  await t.rejects(asked)
  if (!signal.aborted) await once(signal, 'abort')
  t.match(signal.reason, { name: 'ClientGone' })
  await sleep(20)
  t.notOk(log.some(entry => entry.level === 50))
  t.match(log.filter(entry => entry.msg === 'request'), [{ function: 'echo', status: 499, error: 'the client closed the connection' }])
  t.match((await app.inject('/metrics')).body, 'compute_errors_total{function="echo",kind="client_gone"} 1')
})

t.test('what is no HTTP at all gets the envelope too', async t => {
  const { app } = await buildTestServer(t)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const raw = async (text: string): Promise<string> => await new Promise((resolve, reject) => {
    let answer = ''
    connect(Number(new URL(address).port), '127.0.0.1')
      .on('data', chunk => { answer += chunk })
      .on('close', () => resolve(answer))
      .on('error', reject)
      .write(text)
  })
  t.match(await raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n.*\{"content":\{\},"code":"-400","message":"[^"]+"\}$/s)
  t.match(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 .*"code":"-413"/s)
  t.match(await raw('POST / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 0\r\n\r\n'), /^HTTP\/1\.1 417 .*"code":"-400","message":"the expectation \\"wonders\\" cannot be met/s)
  t.match(await raw('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 .*alive/s, 'a request without a host is answered')
})
