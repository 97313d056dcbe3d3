// Signing in and recognising tokens, over a real store.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { hashToken } from '../../src/accounts/access-token.js'
import { createAccounts } from '../../src/accounts/accounts.js'
import { type AccountStore, type Session } from '../../src/accounts/account-store.js'
import { mintApiKey } from '../../src/accounts/api-key.js'
import { createSessionCache } from '../../src/accounts/session-cache.js'
import { StoreError } from '../../src/accounts/store-error.js'
import { Failure } from '../../src/errors.js'
import { createCountingHasher, createFixture, failureOf, PASSWORD, START_MS, TOKEN_TTL_S } from './store-fixture.js'

t.test('the right key, login and password give a token with everything that getToken answers', async t => {
  const { accounts, credentials } = await createFixture(t)
  const issued = await accounts.issueToken({ ...credentials, login: 'ALICE' })
  t.match(issued.accessToken, /^cpt_[A-Za-z0-9_-]{43}$/)
  t.match(issued, {
    expiresInS: 1209599, login: 'alice', organizationName: 'Acme', roles: ['User'], issuedAt: new Date(START_MS), expiresAt: new Date(START_MS + TOKEN_TTL_S * 1000)
  })
  t.match(issued.userId, /^[0-9a-f]{32}$/)
  t.match(issued.organizationId, /^[0-9a-f]{32}$/)
})

t.test('whatever is wrong, the message is the same and one password hash is checked', async t => {
  const { accounts, apiKey, credentials, hasher, clock } = await createFixture(t, { limits: { perAddress: 100, perLogin: 100, windowMs: 1000 } })
  await accounts.createUser({ login: 'stranger', password: PASSWORD, newOrganization: 'Other' })
  const foreign = await accounts.createApiKey({ name: 'theirs', organization: 'Other' })
  const expiring = await accounts.createApiKey({ name: 'short', organization: 'Acme', expiresAt: new Date(clock.ms + 1000) })
  const revoked = await accounts.createApiKey({ name: 'old', organization: 'Acme' })
  await accounts.revokeApiKey(revoked.apiKey.id)
  await accounts.createUser({ login: 'sleeper', password: PASSWORD, organization: 'Acme' })
  await accounts.setUserDisabled('sleeper', true)
  clock.ms += 1000
  const wrong = {
    'a wrong password': { password: 'tulip-bicycle-43' },
    'no password': { password: '' },
    'an endless password': { password: PASSWORD.repeat(1000) },
    'an unknown login': { login: 'nobody' },
    'no login': { login: '' },
    'an impossible login': { login: "' OR 1=1 --" },
    'an unknown key': { apiKey: mintApiKey().text },
    'a key with one wrong character': { apiKey: apiKey.slice(0, -1) + (apiKey.endsWith('a') ? 'b' : 'a') },
    'no key': { apiKey: '' },
    'the key of another organisation': { apiKey: foreign.text },
    'an expired key': { apiKey: expiring.text },
    'a revoked key': { apiKey: revoked.text },
    'everything wrong': { apiKey: 'x', login: 'y', password: 'z' },
    'a wrong password for a disabled user': { login: 'sleeper', password: 'tulip-bicycle-43' }
  }
  const messages = new Set<string>()
  for (const [what, change] of Object.entries(wrong)) {
    hasher.verifiedHashes.length = 0
    const failure = await failureOf(t, accounts.issueToken({ ...credentials, ...change }), 'bad_credentials')
    messages.add(failure.message)
    t.equal(hasher.verifiedHashes.length, 1, `${what}: one hash is checked`)
    t.equal(hasher.hashCount, 2, 'and none is made')
  }
  t.equal(messages.size, 1)
  hasher.verifiedHashes.length = 0
  await accounts.issueToken(credentials)
  t.equal(hasher.verifiedHashes.length, 1, 'nor more when all is right')
})

t.test('an unknown login is checked against a hash of the usual cost', async t => {
  const { accounts, credentials, hasher } = await createFixture(t)
  await failureOf(t, accounts.issueToken({ ...credentials, login: 'nobody' }), 'bad_credentials')
  t.same(hasher.verifiedHashes, [hasher.dummyHash])
})

t.test('only who has the right credentials hears that the account is disabled', async t => {
  const { accounts, credentials } = await createFixture(t)
  await accounts.setUserDisabled('alice', true)
  await failureOf(t, accounts.issueToken(credentials), 'account_disabled')
  await failureOf(t, accounts.issueToken({ ...credentials, password: 'tulip-bicycle-43' }), 'bad_credentials')
  await accounts.setUserDisabled('alice', false)
  await t.resolves(accounts.issueToken(credentials))
})

t.test('only failures count against the limits, and nothing is hashed beyond them', async t => {
  const { accounts, credentials, hasher, clock } = await createFixture(t, { limits: { perAddress: 3, perLogin: 100, windowMs: 60_000 } })
  for (let i = 0; i < 20; i++) await accounts.issueToken(credentials)
  for (let i = 0; i < 3; i++) await failureOf(t, accounts.issueToken({ ...credentials, password: 'tulip-bicycle-43' }), 'bad_credentials')
  hasher.verifiedHashes.length = 0
  const failure = await failureOf(t, accounts.issueToken(credentials), 'rate_limited')
  t.equal(failure.retryAfterS, 60)
  t.equal(hasher.verifiedHashes.length, 0)
  await t.resolves(accounts.issueToken({ ...credentials, address: '192.0.2.2' }))
  clock.ms += 60_000
  await t.resolves(accounts.issueToken(credentials))
})

t.test('a clock that is set back keeps nobody out longer', async t => {
  const monotonic = { ms: 0 }
  const { accounts, credentials, clock } = await createFixture(t, { limits: { perAddress: 1, perLogin: 100, windowMs: 60_000 }, monotonicNow: () => monotonic.ms })
  await failureOf(t, accounts.issueToken({ ...credentials, password: 'tulip-bicycle-43' }), 'bad_credentials')
  clock.ms -= 365 * 86_400_000
  await failureOf(t, accounts.issueToken(credentials), 'rate_limited')
  monotonic.ms += 60_000
  await t.resolves(accounts.issueToken(credentials))
})

t.test('many sign-ins of one account at once all succeed', async t => {
  const { accounts, credentials } = await createFixture(t, { limits: { perAddress: 2, perLogin: 2, windowMs: 60_000 } })
  const issued = await Promise.all(Array.from({ length: 12 }, async () => await accounts.issueToken(credentials)))
  t.equal(new Set(issued.map(({ accessToken }) => accessToken)).size, 12)
})

t.test('hashing waits at the gate; when the gate refuses, the attempt does not count', async t => {
  let full = true
  let passed = 0
  const gate = async <T>(work: () => Promise<T>): Promise<T> => {
    if (full) throw new Failure('busy', 'full')
    passed += 1
    return await work()
  }
  const { accounts, credentials } = await createFixture(t, { gate, limits: { perAddress: 1, perLogin: 1, windowMs: 60_000 } })
  for (let i = 0; i < 3; i++) await failureOf(t, accounts.issueToken(credentials), 'busy')
  full = false
  await t.resolves(accounts.issueToken(credentials))
  t.equal(passed, 1)
})

t.test('a password hash of an older cost is made again at the next sign-in, and tokens live on', async t => {
  const { store, credentials, clock } = await createFixture(t)
  const dearer = createCountingHasher({ memoryKiB: 16, passes: 1, lanes: 1 })
  const accounts = createAccounts({ store, tokenTtlS: TOKEN_TTL_S, hasher: dearer, now: () => clock.ms })
  const { accessToken } = await accounts.issueToken(credentials)
  t.match((await store.findUser('alice'))?.passwordHash, /m=16,/)
  await accounts.issueToken(credentials)
  t.equal(dearer.hashCount, 1)
  t.equal((await accounts.authenticate({ token: accessToken })).login, 'alice')
})

t.test('a sign-in that is overtaken by a new password, a disabling or a revocation gets no token', async t => {
  for (const change of ['setPassword', 'setUserDisabled', 'revokeApiKey'] as const) {
    let meanwhile = async () => {}
    const { accounts, credentials, keyId } = await createFixture(t, { gate: async work => { const result = await work(); await meanwhile(); return result } })
    meanwhile = async () => {
      if (change === 'setPassword') await accounts.setPassword('alice', 'another-bicycle-1')
      if (change === 'setUserDisabled') await accounts.setUserDisabled('alice', true)
      if (change === 'revokeApiKey') await accounts.revokeApiKey(keyId)
    }
    await failureOf(t, accounts.issueToken(credentials), 'bad_credentials')
    t.same(await accounts.listTokens(), [], change)
  }
})

t.test('when no token can be stored the client is told to come back, not why', async t => {
  const { store, credentials } = await createFixture(t)
  const fullDisk = new StoreError('full', 'The disk that holds /somewhere is full')
  const full: AccountStore = { ...store, createToken: async () => { throw fullDisk } }
  const accounts = createAccounts({ store: full, tokenTtlS: TOKEN_TTL_S, hasher: createCountingHasher(), now: () => START_MS })
  const failure = await failureOf(t, accounts.issueToken(credentials), 'busy')
  t.equal(failure.cause, fullDisk)
  t.notMatch(failure.message, /somewhere|disk/)
  t.ok(failure.retryAfterS)
})

t.test('a token speaks for its user, with or without the userName', async t => {
  const { accounts, credentials, keyId } = await createFixture(t)
  const issued = await accounts.issueToken(credentials)
  for (const userName of [undefined, '', 'alice', 'Alice']) {
    t.match(await accounts.authenticate({ token: issued.accessToken, userName }), {
      userId: issued.userId, login: 'alice', organizationId: issued.organizationId, roles: ['User'], keyId, tokenId: /^[0-9a-f]{16}$/
    })
  }
  await failureOf(t, accounts.authenticate({ token: issued.accessToken, userName: 'bob' }), 'token_of_other_user')
})

t.test('missing, unknown and malformed tokens are refused', async t => {
  const { accounts } = await createFixture(t)
  await failureOf(t, accounts.authenticate({}), 'token_missing')
  await failureOf(t, accounts.authenticate({ token: '', userName: 'alice' }), 'token_missing')
  for (const token of [`cpt_${'A'.repeat(43)}`, 'cpt_', 'x'.repeat(100_000), "' OR 1=1 --"]) await failureOf(t, accounts.authenticate({ token }), 'token_unknown')
})

t.test('a token ends after its time, and is then told apart from an unknown one until it is purged', async t => {
  const { accounts, credentials, clock, store } = await createFixture(t)
  const { accessToken } = await accounts.issueToken(credentials)
  clock.ms += TOKEN_TTL_S * 1000 - 1
  t.equal((await accounts.authenticate({ token: accessToken })).login, 'alice')
  clock.ms += 1
  await failureOf(t, accounts.authenticate({ token: accessToken }), 'token_expired')
  t.equal(await accounts.purgeExpiredTokens(), 0)
  clock.ms += 7 * 24 * 60 * 60_000 + 1
  t.equal(await accounts.purgeExpiredTokens(), 1)
  await failureOf(t, accounts.authenticate({ token: accessToken }), 'token_unknown')
  t.equal(await store.findSession(hashToken(accessToken)), undefined)
})

t.test('a purge of many tokens goes in steps that let others run', async t => {
  const { accounts, store, clock, credentials } = await createFixture(t)
  const { userId } = await accounts.issueToken(credentials)
  const user = await store.findUser('alice')
  const [key] = await store.listApiKeys()
  const times = { issuedAt: new Date(START_MS), expiresAt: new Date(START_MS + 1) }
  for (let i = 0; i < 1100; i++) {
    await store.createToken({ id: `old${i}`, tokenHash: `hash${i}`, userId, keyId: key?.id ?? '', ...times }, user?.passwordHash ?? '')
  }
  clock.ms += 8 * 24 * 60 * 60_000
  let turns = 0
  const timer = setInterval(() => { turns += 1 }, 0)
  t.equal(await accounts.purgeExpiredTokens(), 1100)
  await sleep(5)
  clearInterval(timer)
  t.ok(turns > 0)
  t.equal((await accounts.listTokens()).length, 1, 'live tokens stay')
})

t.test('a disabled user\'s tokens are refused, and work again once the user is enabled', async t => {
  const { accounts, credentials } = await createFixture(t)
  const { accessToken } = await accounts.issueToken(credentials)
  await accounts.setUserDisabled('alice', true)
  await failureOf(t, accounts.authenticate({ token: accessToken }), 'account_disabled')
  await accounts.setUserDisabled('alice', false)
  await t.resolves(accounts.authenticate({ token: accessToken }))
})

t.test('a token can be revoked by its text, by its id, with all of its user, with its key and by a new password', async t => {
  const { accounts, credentials, keyId } = await createFixture(t)
  const ways = {
    text: async (token: string) => await accounts.revokeToken(token),
    id: async (token: string) => await accounts.revokeTokenById((await accounts.authenticate({ token })).tokenId),
    user: async () => { t.equal(await accounts.revokeTokensOfUser('Alice'), 1) },
    password: async () => await accounts.setPassword('alice', PASSWORD),
    key: async () => await accounts.revokeApiKey(keyId)
  }
  for (const [way, revoke] of Object.entries(ways)) {
    const { accessToken } = await accounts.issueToken(credentials)
    await t.resolves(accounts.authenticate({ token: accessToken }))
    await revoke(accessToken)
    const failure = await failureOf(t, accounts.authenticate({ token: accessToken }), 'token_unknown')
    t.match(failure.message, 'revoked', way)
  }
})

t.test('a key that expires gets no more tokens, but those it got live on', async t => {
  const { accounts, credentials, clock } = await createFixture(t)
  const { text } = await accounts.createApiKey({ name: 'short', expiresAt: new Date(clock.ms + 60_000) })
  const { accessToken } = await accounts.issueToken({ ...credentials, apiKey: text })
  clock.ms += 60_000
  await failureOf(t, accounts.issueToken({ ...credentials, apiKey: text }), 'bad_credentials')
  await t.resolves(accounts.authenticate({ token: accessToken }))
})

t.test('several keys live side by side, so that clients change over one by one', async t => {
  const { accounts, credentials, keyId } = await createFixture(t)
  const second = await accounts.createApiKey({ name: 'second' })
  const old = await accounts.issueToken(credentials)
  const fresh = await accounts.issueToken({ ...credentials, apiKey: second.text })
  await t.resolves(accounts.authenticate({ token: old.accessToken }))
  await accounts.revokeApiKey(keyId)
  await failureOf(t, accounts.issueToken(credentials), 'bad_credentials')
  await failureOf(t, accounts.authenticate({ token: old.accessToken }), 'token_unknown')
  await t.resolves(accounts.authenticate({ token: fresh.accessToken }))
})

t.test('the store is asked for a token at most every half second', async t => {
  let lookUps = 0
  const { accounts, store, credentials, clock } = await createFixture(t)
  const counting = createAccounts({
    store: { ...store, findSession: async hash => { lookUps += 1; return await store.findSession(hash) } },
    tokenTtlS: TOKEN_TTL_S,
    hasher: createCountingHasher(),
    now: () => clock.ms,
    monotonicNow: () => clock.ms
  })
  const { accessToken } = await accounts.issueToken(credentials)
  for (let i = 0; i < 100; i++) await counting.authenticate({ token: accessToken })
  t.equal(lookUps, 1)
  clock.ms += 500
  await accounts.revokeToken(accessToken)
  await failureOf(t, counting.authenticate({ token: accessToken }), 'token_unknown')
  t.equal(lookUps, 2)
})

t.test('the last use of a key is noted when a token is issued or used, at most once a minute', async t => {
  let notes = 0
  const faults: StoreError[] = []
  const { accounts, store, credentials, clock, keyId } = await createFixture(t)
  const full = { full: false }
  const noting = createAccounts({
    store: {
      ...store,
      noteKeyUse: async (...args) => {
        notes += 1
        if (full.full) throw new StoreError('full', 'full')
        await store.noteKeyUse(...args)
      }
    },
    tokenTtlS: TOKEN_TTL_S,
    hasher: createCountingHasher(),
    now: () => clock.ms,
    reportFault: fault => faults.push(fault)
  })
  const lastUse = async () => (await accounts.listApiKeys()).find(({ id }) => id === keyId)?.lastUsedAt
  t.equal(await lastUse(), undefined)
  const { accessToken } = await noting.issueToken(credentials)
  t.same(await lastUse(), new Date(START_MS))
  for (let i = 0; i < 10; i++) await noting.authenticate({ token: accessToken })
  t.equal(notes, 1)
  clock.ms += 60_000
  await noting.authenticate({ token: accessToken })
  t.same(await lastUse(), new Date(START_MS + 60_000))
  t.equal(notes, 2)

  clock.ms += 60_000
  full.full = true
  await t.resolves(noting.authenticate({ token: accessToken }), 'a full disk does not fail the request')
  t.equal(faults.length, 1, 'but is reported')
})

const SESSION: Session = {
  tokenId: 't', keyId: 'k', userId: 'u', login: 'alice', roles: ['User'], organizationId: 'o', organizationName: 'Acme', issuedAt: new Date(0), expiresAt: new Date(1), userDisabled: false
}

function cacheAt (clock: { ms: number }, maxSessions = 100) {
  return createSessionCache({ maxAgeMs: 500, maxSessions, monotonicNow: () => clock.ms })
}

t.test('a session is answered from memory for half a second, counted from the question', async t => {
  const clock = { ms: 0 }
  const cache = cacheAt(clock)
  let loads = 0
  const load = async () => {
    loads += 1
    clock.ms += 100
    return SESSION
  }
  t.equal(await cache.find('a', load), SESSION)
  clock.ms = 499
  await cache.find('a', load)
  t.equal(loads, 1)
  clock.ms = 500
  await cache.find('a', load)
  t.equal(loads, 2)
})

t.test('unknown tokens are looked up each time', async t => {
  const cache = cacheAt({ ms: 0 })
  let loads = 0
  for (let i = 0; i < 3; i++) {
    t.equal(await cache.find('a', async () => { loads += 1; return undefined }), undefined)
  }
  t.equal(loads, 3)
})

t.test('clearing forgets everything, answers under way included', async t => {
  const cache = cacheAt({ ms: 0 })
  await cache.find('a', async () => SESSION)
  let answer = (_: Session) => {}
  const underWay = cache.find('b', async () => await new Promise<Session>(resolve => { answer = resolve }))
  cache.clear()
  answer(SESSION)
  t.equal(await underWay, SESSION)
  for (const key of ['a', 'b']) t.equal(await cache.find(key, async () => undefined), undefined, key)
})

t.test('it keeps no more sessions than it may', async t => {
  const cache = cacheAt({ ms: 0 }, 2)
  for (const key of ['a', 'b', 'c']) await cache.find(key, async () => SESSION)
  t.equal(await cache.find('a', async () => undefined), undefined, 'the oldest is gone')
  t.equal(await cache.find('c', async () => undefined), SESSION)
})
