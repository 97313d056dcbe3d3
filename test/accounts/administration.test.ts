import t from 'tap'
import { createFixture, failureOf, PASSWORD, START_MS } from './store-fixture.js'

t.test('a user is made with roles in an organisation, and listed without the password\'s hash', async t => {
  const { accounts, clock } = await createFixture(t)
  clock.ms += 1000
  const user = await accounts.createUser({ login: 'Bob', password: PASSWORD, roles: ['Administrator', 'User', 'User'], organization: 'acme' })
  t.match(user, { login: 'Bob', organizationName: 'Acme', roles: ['Administrator', 'User'], declared: false, disabledAt: undefined, createdAt: new Date(START_MS + 1000) })
  const users = await accounts.listUsers()
  t.same(users.map(({ login }) => login), ['alice', 'Bob'])
  t.notMatch(JSON.stringify(users), /argon2|hash/i)
  t.same((await accounts.listOrganizations()).map(({ name }) => name), ['Acme'])
})

t.test('what cannot be a user is refused in words', async t => {
  const { accounts } = await createFixture(t)
  const bob = { login: 'bob', password: PASSWORD }
  t.match(await failureOf(t, accounts.createUser({ ...bob, login: 'ALICE' }), 'invalid_request'), { message: /"ALICE" already/ })
  t.match(await failureOf(t, accounts.createUser({ ...bob, newOrganization: 'ACME' }), 'invalid_request'), { message: /"ACME" already/ })
  t.match(await failureOf(t, accounts.createUser({ ...bob, organization: 'Acne' }), 'not_found'), { message: /there are "Acme"/ })
  await failureOf(t, accounts.createUser({ ...bob, login: 'b b' }), 'invalid_request')
  await failureOf(t, accounts.createUser({ ...bob, password: 'short' }), 'invalid_request')
  await failureOf(t, accounts.createUser({ ...bob, roles: ['King'] }), 'invalid_request')
  await failureOf(t, accounts.createUser({ ...bob, newOrganization: ' ' }), 'invalid_request')
  t.equal((await accounts.listUsers()).length, 1)
})

t.test('the organisation must be named where there are several', async t => {
  const { accounts } = await createFixture(t)
  const { organizationId } = await accounts.createUser({ login: 'bob', password: PASSWORD, newOrganization: 'Beta' })
  t.match(await failureOf(t, accounts.createApiKey({ name: 'k' }), 'invalid_request'), { message: /name one of "Acme", "Beta"/ })
  t.equal((await accounts.createApiKey({ name: 'k', organization: organizationId })).apiKey.organizationName, 'Beta')
})

t.test('a new password works, the old one no longer does', async t => {
  const { accounts, credentials } = await createFixture(t)
  await accounts.setPassword('Alice', 'another-bicycle-1')
  await failureOf(t, accounts.issueToken(credentials), 'bad_credentials')
  await t.resolves(accounts.issueToken({ ...credentials, password: 'another-bicycle-1' }))
  await failureOf(t, accounts.setPassword('alice', 'changeme1234'), 'invalid_request')
  await failureOf(t, accounts.setPassword('nobody', PASSWORD), 'not_found')
})

t.test('a disabling keeps the moment of the first', async t => {
  const { accounts, clock } = await createFixture(t)
  t.same((await accounts.setUserDisabled('alice', true)).disabledAt, new Date(START_MS))
  clock.ms += 1000
  t.same((await accounts.setUserDisabled('alice', true)).disabledAt, new Date(START_MS))
  t.equal((await accounts.setUserDisabled('alice', false)).disabledAt, undefined)
  await failureOf(t, accounts.setUserDisabled('nobody', true), 'not_found')
})

t.test('a key is shown when it is made and never listed', async t => {
  const { accounts, clock } = await createFixture(t)
  const { text, apiKey } = await accounts.createApiKey({ name: ' build server ', expiresAt: new Date(clock.ms + 1) })
  t.match(apiKey, { name: 'build server', organizationName: 'Acme', state: 'live', lastUsedAt: undefined, revokedAt: undefined })
  t.ok(text.includes(apiKey.id))
  const secret = text.slice(17)
  t.notMatch(JSON.stringify(await accounts.listApiKeys()), secret)
  t.notMatch(JSON.stringify(await accounts.listApiKeys()), /hash/i)
  clock.ms += 1
  t.same((await accounts.listApiKeys()).map(({ state }) => state), ['live', 'expired'])
  await failureOf(t, accounts.createApiKey({ name: 'late', expiresAt: new Date(clock.ms) }), 'invalid_request')
  await failureOf(t, accounts.createApiKey({ name: 'never', expiresAt: new Date(NaN) }), 'invalid_request')
  await failureOf(t, accounts.createApiKey({ name: '' }), 'invalid_request')
})

t.test('a revocation keeps the moment of the first', async t => {
  const { accounts, clock, keyId } = await createFixture(t)
  t.match(await accounts.revokeApiKey(keyId), { state: 'revoked', revokedAt: new Date(START_MS) })
  clock.ms += 1000
  t.match(await accounts.revokeApiKey(keyId), { revokedAt: new Date(START_MS) })
  await failureOf(t, accounts.revokeApiKey('nosuchkey'), 'not_found')
})

t.test('tokens are listed by their ids, and revoking what is not there says so without repeating it', async t => {
  const { accounts, credentials, keyId } = await createFixture(t)
  await accounts.createUser({ login: 'bob', password: PASSWORD })
  await accounts.issueToken(credentials)
  await accounts.issueToken({ ...credentials, login: 'bob' })
  t.match(await accounts.listTokens('alice'), [{ login: 'alice', keyId, tokenId: /^[0-9a-f]{16}$/ }])
  t.equal((await accounts.listTokens()).length, 2)
  await failureOf(t, accounts.revokeTokenById('nosuchtoken'), 'not_found')
  const failure = await failureOf(t, accounts.revokeToken('cpt_secret-token'), 'not_found')
  t.notMatch(failure.message, 'cpt_')
  await failureOf(t, accounts.revokeTokensOfUser('nobody'), 'not_found')
  await failureOf(t, accounts.listTokens('nobody'), 'not_found')
})
