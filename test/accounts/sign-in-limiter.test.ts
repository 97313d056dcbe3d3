import t from 'tap'
import { addressGroup } from '../../src/accounts/address-group.js'
import { createFailureCounter, LimitReached } from '../../src/accounts/failure-counter.js'
import { createSignInLimiter } from '../../src/accounts/sign-in-limiter.js'
import { failureOf } from './store-fixture.js'

t.test('an IPv4 address counts by itself, however it is written', async t => {
  t.equal(addressGroup('192.0.2.1'), '192.0.2.1')
  t.equal(addressGroup('::ffff:192.0.2.1'), '192.0.2.1')
  t.equal(addressGroup('::ffff:c000:201'), '192.0.2.1')
})

t.test('IPv6 addresses of one /64 count as one', async t => {
  t.equal(addressGroup('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  t.equal(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:2:ffff:ffff:ffff:ffff'))
  t.not(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:3::1'))
  t.equal(addressGroup('fe80::1%eth0'), 'fe80::/64')
  t.equal(addressGroup('::1'), '::/64')
})

t.test('the port that some proxies forward does not count', async t => {
  t.equal(addressGroup('192.0.2.1:49152'), '192.0.2.1')
  t.equal(addressGroup('[2001:db8:1:2::1]:49152'), '2001:db8:1:2::/64')
  t.equal(addressGroup('[2001:db8:1:2::1]'), '2001:db8:1:2::/64')
})

t.test('what is no address counts by itself', async t => {
  t.equal(addressGroup(''), '')
  t.equal(addressGroup('unix:'), 'unix:')
})

function counterAt (clock: { ms: number }, options: { limit?: number, maxKeys?: number } = {}) {
  return createFailureCounter({ limit: 3, windowMs: 1000, maxKeys: 100, monotonicNow: () => clock.ms, ...options })
}

t.test('a key is refused after its failures, until the window that began with the first has passed', async t => {
  const clock = { ms: 0 }
  const counter = counterAt(clock)
  for (let i = 0; i < 3; i++) {
    (await counter.begin('a'))(true)
    clock.ms += 100
  }
  await t.rejects(counter.begin('a'), new LimitReached(700))
  await t.resolves(counter.begin('b'), 'another key is not concerned')
  clock.ms = 999
  await t.rejects(counter.begin('a'), { message: 'limit reached', retryAfterMs: 1 })
  clock.ms = 1000
  for (let i = 0; i < 3; i++) (await counter.begin('a'))(true)
  await t.rejects(counter.begin('a'), { message: 'limit reached', retryAfterMs: 1000 })
})

t.test('successes are not counted and leave nothing behind', async t => {
  const counter = counterAt({ ms: 0 })
  for (let i = 0; i < 10; i++) (await counter.begin('a'))(false)
  t.equal(counter.size, 0)
})

t.test('a burst of attempts cannot fail more often than the limit', async t => {
  const counter = counterAt({ ms: 0 })
  let allowed = 0
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, async () => {
    const settle = await counter.begin('a')
    allowed += 1
    await new Promise(resolve => setImmediate(resolve))
    settle(true)
  }))
  t.equal(allowed, 3)
  t.equal(outcomes.filter(outcome => outcome.status === 'rejected').length, 17)
})

t.test('a burst of attempts that succeed is queued, never refused', async t => {
  const counter = counterAt({ ms: 0 })
  let underWay = 0
  let most = 0
  await Promise.all(Array.from({ length: 20 }, async () => {
    const settle = await counter.begin('a')
    most = Math.max(most, ++underWay)
    await new Promise(resolve => setImmediate(resolve))
    underWay -= 1
    settle(false)
  }))
  t.equal(most, 3)
  t.equal(counter.size, 0)
})

t.test('what it remembers is bounded: ended windows go first, then the oldest', async t => {
  const clock = { ms: 0 }
  const counter = counterAt(clock, { maxKeys: 10, limit: 1 })
  for (let i = 0; i < 1000; i++) (await counter.begin(`key ${i}`))(true)
  t.equal(counter.size, 10)
  await t.rejects(counter.begin('key 999'), LimitReached)
  await t.resolves(counter.begin('key 0'), 'forgotten')
  clock.ms = 5000
  ;(await counter.begin('late'))(true)
  t.ok(counter.size <= 2, 'ended windows are swept by the way')
})

t.test('an attempt that outlasts its window counts in the next one', async t => {
  const clock = { ms: 0 }
  const counter = counterAt(clock, { limit: 2 })
  const slow = await counter.begin('a')
  ;(await counter.begin('a'))(true)
  clock.ms = 1500
  slow(true)
  ;(await counter.begin('a'))(true)
  await t.rejects(counter.begin('a'), { message: 'limit reached', retryAfterMs: 1000 })
})

const LIMITS = { perAddress: 4, perLogin: 3, windowMs: 60_000 }

t.test('failures are limited for each address, whatever the login', async t => {
  const limiter = createSignInLimiter(LIMITS, () => 0)
  for (let i = 0; i < 4; i++) (await limiter.begin({ address: '2001:db8::1', login: `user${i}` })).fail(true)
  const failure = await failureOf(t, limiter.begin({ address: '2001:db8::2', login: 'other' }), 'rate_limited')
  t.equal(failure.retryAfterS, 60)
  t.match(failure.message, /try again in 60 s/)
  await t.resolves(limiter.begin({ address: '2001:db8:0:1::1', login: 'other' }), 'the next /64 is not concerned')
})

t.test('failures are limited for each login, from wherever, in any letter case', async t => {
  const clock = { ms: 0 }
  const limiter = createSignInLimiter(LIMITS, () => clock.ms)
  for (let i = 0; i < 3; i++) (await limiter.begin({ address: `192.0.2.${i}`, login: i === 1 ? 'ALICE' : 'alice' })).fail(true)
  await failureOf(t, limiter.begin({ address: '192.0.2.9', login: 'alice' }), 'rate_limited')
  await t.resolves(limiter.begin({ address: '192.0.2.9', login: 'bob' }))
  clock.ms = 60_000
  await t.resolves(limiter.begin({ address: '192.0.2.9', login: 'alice' }), 'a window later it is forgiven')
})

t.test('a login under attack still works from an address it has signed in from', async t => {
  const limiter = createSignInLimiter(LIMITS, () => 0)
  ;(await limiter.begin({ address: '192.0.2.1', login: 'alice' })).succeed()
  for (let i = 10; i < 13; i++) (await limiter.begin({ address: `192.0.2.${i}`, login: 'alice' })).fail(true)
  await failureOf(t, limiter.begin({ address: '192.0.2.20', login: 'alice' }), 'rate_limited')
  for (let i = 0; i < 3; i++) (await limiter.begin({ address: '192.0.2.1', login: 'alice' })).fail(true)
  await failureOf(t, limiter.begin({ address: '192.0.2.1', login: 'alice' }), 'rate_limited')
})

t.test('what came to no verdict does not count, and a refusal for the login gives the address its attempt back', async t => {
  const limiter = createSignInLimiter({ perAddress: 1, perLogin: 1, windowMs: 60_000 }, () => 0)
  for (let i = 0; i < 5; i++) (await limiter.begin({ address: '192.0.2.1', login: 'alice' })).abandon()
  ;(await limiter.begin({ address: '192.0.2.2', login: 'alice' })).fail(true)
  await failureOf(t, limiter.begin({ address: '192.0.2.1', login: 'alice' }), 'rate_limited')
  await t.resolves(limiter.begin({ address: '192.0.2.1', login: 'bob' }))
})

t.test('attempts with a wrong key count for their address alone, so that nobody can lock out a login without one', async t => {
  const limiter = createSignInLimiter({ perAddress: 3, perLogin: 2, windowMs: 60_000 }, () => 0)
  for (let i = 0; i < 3; i++) (await limiter.begin({ address: '192.0.2.1', login: 'alice' })).fail(false)
  await failureOf(t, limiter.begin({ address: '192.0.2.1', login: 'bob' }), 'rate_limited')
  await t.resolves(limiter.begin({ address: '192.0.2.2', login: 'alice' }))
})
