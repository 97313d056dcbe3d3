import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAccounts } from '../../src/accounts/accounts.js'
import { type AccountStore } from '../../src/accounts/account-store.js'
import { mintApiKey } from '../../src/accounts/api-key.js'
import { type DeclaredCredentials, ensureFirstAccount, type FirstCredentials, firstStartText } from '../../src/accounts/first-start.js'
import { openSqliteStore } from '../../src/accounts/sqlite-account-store.js'
import { createCountingHasher, failureOf, TOKEN_TTL_S } from './store-fixture.js'

const DECLARED = { login: 'root.admin', password: 'tulip-bicycle-42', apiKey: 'declared-key-of-any-form+1' }
const NOTHING: DeclaredCredentials = { login: undefined, password: undefined, apiKey: undefined }

async function createStarts (t: Test) {
  const store = await openSqliteStore(join(t.testdir(), 'data'))
  t.teardown(() => store.close())
  const hasher = createCountingHasher()
  const accounts = createAccounts({ store, tokenTtlS: TOKEN_TTL_S, hasher })
  const start = async (declared: DeclaredCredentials = NOTHING, using: AccountStore = store): Promise<FirstCredentials | undefined> => {
    let announced: FirstCredentials | undefined
    await ensureFirstAccount({ store: using, declared, tokenTtlS: TOKEN_TTL_S, hasher, announce: credentials => { announced = credentials } })
    return announced
  }
  const signIn = async (credentials: { login?: string | undefined, password?: string | undefined, apiKey?: string | undefined } | undefined) => await accounts.issueToken({
    apiKey: credentials?.apiKey ?? '', login: credentials?.login ?? '', password: credentials?.password ?? '', address: '192.0.2.1'
  })
  return { store, accounts, hasher, start, signIn }
}

t.test('an empty store gets an organisation, an administrator, a key and a token, which are announced once and work', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  const first = await start()
  t.match(first, { login: 'admin', password: /^[0-9a-z-]{23}$/, apiKey: /^cak_/, accessToken: /^cpt_/ })
  t.match(await signIn(first), { login: 'admin', roles: ['Administrator'], organizationName: 'Main organization' })
  t.match(await accounts.authenticate({ token: first?.accessToken, userName: 'admin' }), { login: 'admin' })
  t.equal(await start(), undefined)
  t.equal((await accounts.listUsers()).length, 1)
  t.equal((await accounts.listApiKeys()).length, 1)
})

t.test('a second start costs no password hash', async t => {
  const { start, hasher } = await createStarts(t)
  await start()
  hasher.hashCount = 0
  await start()
  t.equal(hasher.hashCount + hasher.verifiedHashes.length, 0)
})

t.test('when the announcement fails nothing is stored, and the next start announces another account', async t => {
  const { accounts, store, start, signIn } = await createStarts(t)
  const closed = new Error('EPIPE')
  await t.rejects(ensureFirstAccount({ store, declared: NOTHING, tokenTtlS: TOKEN_TTL_S, announce: () => { throw closed } }), closed)
  t.same([await accounts.listUsers(), await accounts.listApiKeys(), await accounts.listOrganizations()], [[], [], []])
  await t.resolves(signIn(await start()))
})

t.test('of two first starts at once, one makes the account', async t => {
  const { accounts, store, start } = await createStarts(t)
  // Both have seen an empty store.
  const late = { ...store, isEmpty: async () => true }
  const first = await start()
  t.ok(first)
  t.equal(await start(NOTHING, late), undefined)
  t.equal((await accounts.listUsers()).length, 1)
})

t.test('declared credentials make the first account, and nothing is announced', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  t.equal(await start(DECLARED), undefined)
  t.match(await signIn(DECLARED), { login: 'root.admin', roles: ['Administrator'] })
  t.match(await accounts.listUsers(), [{ login: 'root.admin', declared: true }])
  t.match(await accounts.listApiKeys(), [{ name: 'COMPUTE_ADMIN_API_KEY', declared: true, id: /^[0-9a-z]{12}$/ }])
})

t.test('the same declaration again changes nothing: tokens live on', async t => {
  const { accounts, start, signIn, hasher } = await createStarts(t)
  await start(DECLARED)
  const { accessToken } = await signIn(DECLARED)
  hasher.hashCount = 0
  await start(DECLARED)
  t.equal(hasher.hashCount, 0)
  await t.resolves(accounts.authenticate({ token: accessToken }))
})

t.test('a changed declared password wins and ends the user\'s tokens', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  await start(DECLARED)
  const { accessToken } = await signIn(DECLARED)
  const changed = { ...DECLARED, password: 'another-bicycle-1' }
  await start(changed)
  await failureOf(t, accounts.authenticate({ token: accessToken }), 'token_unknown')
  await failureOf(t, signIn(DECLARED), 'bad_credentials')
  await t.resolves(signIn(changed))
})

t.test('a changed declared key replaces the declared one, and leaves the generated ones', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  await start(DECLARED)
  const generated = await accounts.createApiKey({ name: 'by hand' })
  const { accessToken } = await signIn(DECLARED)
  const changed = { ...DECLARED, apiKey: mintApiKey().text }
  await start(changed)
  await failureOf(t, signIn(DECLARED), 'bad_credentials')
  await failureOf(t, accounts.authenticate({ token: accessToken }), 'token_unknown')
  await t.resolves(signIn(changed))
  await t.resolves(signIn({ ...DECLARED, apiKey: generated.text }))
  t.same((await accounts.listApiKeys()).map(({ state, declared }) => [state, declared]), [['revoked', false], ['live', false], ['live', true]])
  await start(DECLARED)
  await t.resolves(signIn(DECLARED), 'and back again')
  await failureOf(t, signIn(changed), 'bad_credentials')
})

t.test('a changed declared login disables the one before, which could stay open with its old password otherwise', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  await start(DECLARED)
  await accounts.createUser({ login: 'by.hand', password: 'another-bicycle-1' })
  const changed = { ...DECLARED, login: 'chief' }
  await start(changed)
  await failureOf(t, signIn(DECLARED), 'account_disabled')
  await t.resolves(signIn(changed))
  await t.resolves(signIn({ ...DECLARED, login: 'by.hand', password: 'another-bicycle-1' }))
})

t.test('what is declared is enabled, live and an administrator again at the next start', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  const first = await start()
  await accounts.createUser({ login: 'root.admin', password: DECLARED.password, roles: ['User'] })
  await start(DECLARED)
  t.match((await accounts.listUsers()).at(-1), { login: 'root.admin', roles: ['Administrator', 'User'] })
  await accounts.setUserDisabled('root.admin', true)
  for (const { id } of await accounts.listApiKeys()) await accounts.revokeApiKey(id)
  await start(DECLARED)
  await t.resolves(signIn(DECLARED))
  await failureOf(t, signIn(first), 'bad_credentials')
})

t.test('a generated key can be declared later', async t => {
  const { accounts, start, signIn } = await createStarts(t)
  const first = await start()
  const declared = { login: first?.login, password: first?.password, apiKey: first?.apiKey }
  t.equal(await start(declared), undefined)
  await t.resolves(signIn(declared))
  await t.resolves(accounts.authenticate({ token: first?.accessToken }))
  t.match(await accounts.listApiKeys(), [{ declared: true, state: 'live' }])
})

t.test('what a declaration leaves out is generated and announced, and only that', async t => {
  const loginOnly = await createStarts(t)
  const first = await loginOnly.start({ login: 'chief' })
  t.match(first, { login: 'chief', password: /^[0-9a-z-]{23}$/, apiKey: /^cak_/ })
  await t.resolves(loginOnly.signIn(first))
  t.equal(await loginOnly.start({ login: 'chief' }), undefined, 'once')
  const second = await loginOnly.start({ login: 'other' })
  t.match(second, { password: /^[0-9a-z-]{23}$/, apiKey: undefined, accessToken: undefined }, 'a store with keys gets no other')

  const noPassword = await createStarts(t)
  const withKey = await noPassword.start({ login: 'chief', apiKey: DECLARED.apiKey })
  t.match(withKey, { password: /^[0-9a-z-]{23}$/, apiKey: undefined, accessToken: /^cpt_/ })
  await t.resolves(noPassword.signIn({ ...withKey, apiKey: DECLARED.apiKey }))

  const noKey = await createStarts(t)
  const withPassword = await noKey.start({ login: 'chief', password: DECLARED.password })
  t.match(withPassword, { password: undefined, apiKey: /^cak_/, accessToken: /^cpt_/ })
  await t.resolves(noKey.signIn({ ...withPassword, password: DECLARED.password }))
})

t.test('two starts with a declaration at once end in one account', async t => {
  const { accounts, store, start, signIn } = await createStarts(t)
  let asked = 0
  // The first look misses what another process stores just then.
  const late: AccountStore = {
    ...store,
    isEmpty: async () => ++asked === 1 ? true : await store.isEmpty(),
    findUser: async login => asked <= 1 ? undefined : await store.findUser(login)
  }
  await start(DECLARED)
  const { accessToken } = await signIn(DECLARED)
  await start(DECLARED, late)
  t.equal(asked, 2)
  t.equal((await accounts.listUsers()).length, 1)
  await t.resolves(accounts.authenticate({ token: accessToken }), 'and ends no tokens')
})

t.test('declared values that cannot be are refused by the name of their setting, and not repeated', async t => {
  const { accounts, start } = await createStarts(t)
  const minted = mintApiKey().text
  const bad: ReadonlyArray<readonly [string, DeclaredCredentials]> = [
    ['COMPUTE_ADMIN_LOGIN', { ...DECLARED, login: 'with blank' }],
    ['COMPUTE_ADMIN_PASSWORD', { ...DECLARED, password: 'changeme1234' }],
    ['COMPUTE_ADMIN_PASSWORD', { ...DECLARED, password: 'short' }],
    ['COMPUTE_ADMIN_API_KEY', { ...DECLARED, apiKey: 'nineteen-characters' }],
    ['COMPUTE_ADMIN_API_KEY', { ...DECLARED, apiKey: 'twenty characters and blanks' }],
    ['COMPUTE_ADMIN_API_KEY', { ...DECLARED, apiKey: 'changeme-changeme-changeme' }],
    ['COMPUTE_ADMIN_API_KEY', { ...DECLARED, apiKey: minted.slice(0, -1) + (minted.endsWith('a') ? 'b' : 'a') }]
  ]
  for (const [setting, declared] of bad) {
    const { message } = await failureOf(t, start(declared), 'invalid_request')
    t.ok(message.startsWith(`${setting}: `), message)
    for (const value of Object.values(declared)) t.notOk(message.includes(value), message)
  }
  t.equal((await accounts.listUsers()).length, 0)
})

t.test('the text shows the account and two commands that can be pasted', async t => {
  const { start } = await createStarts(t)
  const first = await start()
  const text = firstStartText(first ?? { login: '', password: '', apiKey: '', accessToken: '' }, 'http://localhost:8080')
  const lines = text.split('\n')
  t.ok(lines.includes(`  password  ${first?.password}`))
  t.ok(lines.includes(`  API key   ${first?.apiKey}`))
  t.ok(lines.includes(`curl -X POST 'http://localhost:8080/compute/v1/image/getToken' -H 'Apikey: ${first?.apiKey}' -d 'login=admin' -d 'password=${first?.password}'`))
  t.ok(lines.includes(`curl -X POST 'http://localhost:8080/compute/v1/image/colorPalette' -H 'userName: admin' -H 'token: ${first?.accessToken}' -F 'image=@photo.jpg'`))
})

t.test('the text names declared values by their variables', async t => {
  const declaredKey = firstStartText({ login: 'me+x@example.org', password: 'abc', apiKey: undefined, accessToken: 'cpt_x' }, 'http://h')
  t.match(declaredKey, '-H "Apikey: $COMPUTE_ADMIN_API_KEY" -d \'login=me%2Bx%40example.org\'')
  t.match(declaredKey, '-H \'userName: me+x@example.org\'')
  const declaredPassword = firstStartText({ login: 'admin', password: undefined, apiKey: 'cak_x', accessToken: 'cpt_x' }, 'http://h')
  t.match(declaredPassword, '--data-urlencode "password=$COMPUTE_ADMIN_PASSWORD"')
  t.notMatch(firstStartText({ login: 'admin', password: 'abc', apiKey: undefined, accessToken: undefined }, 'http://h'), 'curl')
})
