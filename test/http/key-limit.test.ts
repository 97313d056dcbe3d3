import t from 'tap'
import type { Principal } from '../../src/accounts/accounts.js'
import { echoEndpoint, buildTestServer } from '../fakes/test-server.js'

const payload = 'image=aGVsbG8='
const form = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('a key that asks too often is told how often it may and when to come again; others are not concerned', async t => {
  const { app } = await buildTestServer(t, {
    endpoints: [echoEndpoint()],
    config: { rateLimit: { requests: 2, windowMs: 60_000 } },
    authenticate: async request => { request.life.principal = { keyId: String(request.headers.token) } as unknown as Principal }
  })
  const ask = async (token: string) => await app.inject({ method: 'POST', url: '/compute/v1/image/echo', payload, headers: { ...form, token } })
  const first = await ask('a')
  t.equal(first.statusCode, 200)
  t.match(first.headers, { 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': /^\d+$/ })
  t.equal((await ask('a')).statusCode, 200)
  const refused = await ask('a')
  t.equal(refused.statusCode, 429)
  t.match(refused.json(), { code: '-429', message: /this API key has made 2 requests in 60 s, which is the limit; try again in \d+ s/ })
  t.match(refused.headers, { 'retry-after': /^\d+$/, 'x-ratelimit-remaining': '0' })
  t.equal((await ask('b')).statusCode, 200)
  t.equal((await app.inject('/livez')).statusCode, 200, 'health checks are not counted')
})

t.test('without a limit nothing is counted and no header tells of one', async t => {
  const { app } = await buildTestServer(t)
  for (let n = 0; n < 5; n++) {
    const answer = await app.inject({ method: 'POST', url: '/compute/v1/image/echo', payload, headers: { ...form, token: 'good' } })
    t.equal(answer.statusCode, 200)
    t.notOk('x-ratelimit-limit' in answer.headers)
  }
})
