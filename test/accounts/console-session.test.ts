// Signing in without an API key, and what such a session can do and not do.
import t from 'tap'
import { createFixture, failureOf, PASSWORD } from './store-fixture.js'

const HOUR_MS = 3_600_000
const ALICE = { login: 'alice', password: PASSWORD, address: '192.0.2.1' }

t.test('a login and a password give a session of a working day', async t => {
  const { accounts, clock } = await createFixture(t)
  const { accessToken, expiresAt } = await accounts.signInToConsole({ ...ALICE, login: 'ALICE' })
  t.match(accessToken, /^ccs_[A-Za-z0-9_-]{43}$/)
  t.equal(expiresAt.getTime(), clock.ms + 12 * HOUR_MS)
  t.match(await accounts.authenticateSession(accessToken), { login: 'alice', organizationName: 'Acme', roles: ['User'], keyId: undefined, expiresAt })
  clock.ms += 12 * HOUR_MS
  await failureOf(t, accounts.authenticateSession(accessToken), 'token_expired')
})

t.test('a session is no token and a token is no session', async t => {
  const { accounts, credentials } = await createFixture(t)
  const { accessToken: session } = await accounts.signInToConsole(ALICE)
  const { accessToken: token } = await accounts.issueToken(credentials)
  await failureOf(t, accounts.authenticate({ token: session }), 'token_unknown')
  await failureOf(t, accounts.authenticateSession(token), 'token_unknown')
  await failureOf(t, accounts.authenticateSession(''), 'token_unknown')
})

t.test('a wrong login and a wrong password get the same answer at the same price', async t => {
  const { accounts, hasher } = await createFixture(t)
  const wrong = await failureOf(t, accounts.signInToConsole({ ...ALICE, password: 'wrong' }), 'bad_credentials')
  const unknown = await failureOf(t, accounts.signInToConsole({ ...ALICE, login: 'nobody' }), 'bad_credentials')
  t.equal(wrong.message, 'The login or the password is wrong')
  t.equal(unknown.message, wrong.message)
  t.equal(hasher.verifiedHashes.length, 2)
})

t.test('attempts count together with those of getToken, from wherever', async t => {
  const { accounts, credentials } = await createFixture(t, { limits: { perAddress: 100, perLogin: 4, windowMs: 60_000 } })
  for (let i = 0; i < 2; i++) await failureOf(t, accounts.signInToConsole({ ...ALICE, password: 'wrong', address: `192.0.2.${i}` }), 'bad_credentials')
  for (let i = 0; i < 2; i++) await failureOf(t, accounts.issueToken({ ...credentials, password: 'wrong', address: `198.51.100.${i}` }), 'bad_credentials')
  const { retryAfterS } = await failureOf(t, accounts.signInToConsole({ ...ALICE, address: '203.0.113.1' }), 'rate_limited')
  t.equal(retryAfterS, 60)
  await failureOf(t, accounts.issueToken({ ...credentials, address: '203.0.113.1' }), 'rate_limited')
})

t.test('a session ends by signing out, by another password and while its user is disabled', async t => {
  const { accounts } = await createFixture(t)
  const first = await accounts.signInToConsole(ALICE)
  const second = await accounts.signInToConsole(ALICE)
  await accounts.revokeToken(first.accessToken)
  await failureOf(t, accounts.authenticateSession(first.accessToken), 'token_unknown')
  await accounts.authenticateSession(second.accessToken)
  await accounts.setUserDisabled('alice', true)
  await failureOf(t, accounts.authenticateSession(second.accessToken), 'account_disabled')
  await failureOf(t, accounts.signInToConsole(ALICE), 'account_disabled')
  await accounts.setUserDisabled('alice', false)
  await accounts.authenticateSession(second.accessToken)
  await accounts.setPassword('alice', 'orchid-lantern-77')
  await failureOf(t, accounts.authenticateSession(second.accessToken), 'token_unknown')
})

t.test('a user who is disabled by another process is refused within a second', async t => {
  const { accounts, store, clock } = await createFixture(t)
  const { accessToken, userId } = await accounts.signInToConsole(ALICE)
  await accounts.authenticateSession(accessToken)
  await store.setUserDisabled(userId, new Date(clock.ms))
  clock.ms += 999
  await failureOf(t, accounts.authenticateSession(accessToken), 'account_disabled')
})

t.test('sessions stand among the tokens, and a key that is revoked does not end them', async t => {
  const { accounts, keyId } = await createFixture(t)
  const { accessToken } = await accounts.signInToConsole(ALICE)
  t.match(await accounts.listTokens('alice'), [{ login: 'alice', keyId: undefined }])
  await accounts.revokeApiKey(keyId)
  await accounts.authenticateSession(accessToken)
  t.equal(await accounts.revokeTokensOfUser('alice'), 1)
  await failureOf(t, accounts.authenticateSession(accessToken), 'token_unknown')
})
