// The program with its streams stood in for, over a real store.
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { modelSettingsOf } from '../../src/config.js'
import { createAccounts } from '../../src/accounts/accounts.js'
import { createPasswordHasher } from '../../src/accounts/password-hasher.js'
import { openSqliteStore } from '../../src/accounts/sqlite-account-store.js'
import { createProgram } from '../../src/cli/program.js'
import { formatTable, formatTime } from '../../src/cli/table.js'
import { CHEAP_COST, TOKEN_TTL_S } from '../accounts/store-fixture.js'

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Input {
  readonly stdin?: string
  /** Lines typed at a terminal, each when the program is waiting for one. */
  readonly typed?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

interface Served {
  env?: NodeJS.ProcessEnv
}

function createRunner (dataDir: string, served: Served = {}) {
  return async (args: string, input: Input = {}): Promise<Run> => {
    const stdin = Object.assign(new PassThrough(), { isTTY: input.typed !== undefined })
    const typed = [...input.typed ?? []]
    if (input.typed === undefined) stdin.end(input.stdin ?? '')
    const output = { stdout: '', stderr: '' }
    const collect = (name: 'stdout' | 'stderr') => new PassThrough().on('data', (chunk: Buffer) => {
      output[name] += chunk.toString()
      if (name === 'stderr' && /: $/.test(chunk.toString())) setImmediate(() => stdin.write(typed.shift() ?? '\u0003'))
    })
    const program = createProgram({
      env: { COMPUTE_DATA_DIR: dataDir, ...input.env },
      stdin,
      stdout: collect('stdout'),
      stderr: collect('stderr'),
      dataDirOf: env => env.COMPUTE_DATA_DIR ?? '',
      modelSettingsOf,
      serve: async env => { served.env = env; return 7 },
      health: async () => ({ ok: true, url: 'http://127.0.0.1:8080/readyz', detail: 'HTTP 200' })
    })
    const code = await program.run(args.split(' ').filter(arg => arg !== '').map(arg => arg.replaceAll('_', ' ')))
    await new Promise(resolve => setImmediate(resolve))
    return { code, ...output }
  }
}

async function createRun (t: Test) {
  const dataDir = join(t.testdir(), 'data')
  const store = await openSqliteStore(dataDir)
  t.teardown(() => store.close())
  const accounts = createAccounts({ store, tokenTtlS: TOKEN_TTL_S, hasher: createPasswordHasher(CHEAP_COST) })
  await accounts.createUser({ login: 'alice', password: 'tulip-bicycle-42', newOrganization: 'Acme' })
  const { text: apiKey, apiKey: { id: keyId } } = await accounts.createApiKey({ name: 'first' })
  const signIn = async (login: string, password: string, key = apiKey) => await accounts.issueToken({ apiKey: key, login, password, address: '192.0.2.1' })
  return { run: createRunner(dataDir), dataDir, accounts, signIn, keyId }
}

t.test('an account is created with a generated password, which stands alone on standard output', async t => {
  const { run, signIn } = await createRun(t)
  const { code, stdout, stderr } = await run('account create bob --role Administrator User')
  t.equal(code, 0)
  t.match(stdout, /^[0-9a-z-]{23}\n$/)
  t.match(stderr, /User bob created in Acme\.\n.*shown this once/)
  t.notMatch(stderr, stdout.trim())
  t.same((await signIn('bob', stdout.trim())).roles, ['Administrator', 'User'])
})

t.test('for scripts the generated password comes with the user, and nothing else is said', async t => {
  const { run } = await createRun(t)
  const { stdout, stderr } = await run('account create bob --json')
  t.match(JSON.parse(stdout), { login: 'bob', password: /^[0-9a-z-]{23}$/, roles: ['User'], disabledAt: null, createdAt: /^\d{4}-.*Z$/ })
  t.equal(stderr, '')
})

t.test('a password can be piped in, and is then not shown', async t => {
  const { run, signIn } = await createRun(t)
  t.match(await run('account create bob --password-stdin', { stdin: 'tulip bicycle 43\n' }), { code: 0, stdout: '' })
  await t.resolves(signIn('bob', 'tulip bicycle 43'))
  t.match(await run('account password bob --password-stdin', { stdin: 'tulip-bicycle-44\r\n' }), { code: 0, stdout: '' })
  await t.resolves(signIn('bob', 'tulip-bicycle-44'))
  t.match(await run('account password bob --password-stdin', { stdin: '\n' }), { code: 1, stderr: /was empty: pipe the password in/ })
  t.match(await run('account password bob --password-stdin', { stdin: 'x'.repeat(100_000) }), { code: 1, stderr: /too long/ })
})

t.test('at a terminal the password is asked for twice and shown neither time', async t => {
  const { run, signIn } = await createRun(t)
  const asked = await run('account create bob', { typed: ['tulip-bicycle-43\n', 'tulip-bicycle-43\n'] })
  t.match(asked, { code: 0, stdout: '', stderr: /^Password \(nothing: generate one\): \nThe same again: \nUser bob created/ })
  t.notMatch(asked.stderr, 'tulip')
  await t.resolves(signIn('bob', 'tulip-bicycle-43'))

  t.match(await run('account password bob', { typed: ['tulip-bicycle-44\n', 'tulip-bicycle-45\n'] }), { code: 1, stderr: /two passwords differ; nothing was changed/ })
  t.match(await run('account password bob', { typed: ['\n'] }), { code: 0, stdout: /^[0-9a-z-]{23}\n$/ })
  t.match(await run('account password bob', { typed: ['\u0003'] }), { code: 1, stderr: /Cancelled; nothing was changed/ })
  t.match(await run('account password bob --generate-password', { typed: [] }), { code: 0, stdout: /^[0-9a-z-]{23}\n$/ })
})

t.test('passwords are no arguments', async t => {
  const { run } = await createRun(t)
  for (const args of ['account create bob --password hunter2hunter2', 'account create bob hunter2hunter2', 'account password alice hunter2hunter2']) {
    const { code, stderr } = await run(args)
    t.equal(code, 2)
    t.notMatch(stderr, 'hunter2', 'and are not repeated')
  }
})

t.test('accounts are listed, disabled and enabled', async t => {
  const { run, signIn } = await createRun(t)
  t.match((await run('account list')).stdout, /^LOGIN {2}ORGANIZATION {2}ROLES {2}STATE {4}CREATED\nalice {2}Acme {10}User {3}enabled {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/)
  t.match(await run('account disable ALICE'), { code: 0, stdout: '', stderr: 'User alice is disabled.\n' })
  t.match((await run('account list')).stdout, 'disabled')
  await t.rejects(signIn('alice', 'tulip-bicycle-42'), { kind: 'account_disabled', message: /disabled/ })
  t.match(JSON.parse((await run('account enable alice --json')).stdout), { login: 'alice', disabledAt: null })
  await t.resolves(signIn('alice', 'tulip-bicycle-42'))
  t.match(await run('account disable nobody'), { code: 1, stderr: 'compute-api: There is no user "nobody"; see the list of accounts\n' })
})

t.test('an organization is made for a user on request, and named where there are several', async t => {
  const { run } = await createRun(t)
  t.match(await run('account create bob --new-organization Beta_Ltd'), { code: 0, stderr: /in Beta Ltd/ })
  t.match(await run('account create carol'), { code: 1, stderr: /several organizations; name one of "Acme", "Beta Ltd"/ })
  t.match(await run('account create carol --organization beta_ltd'), { code: 0, stderr: /in Beta Ltd/ })
  t.match(await run('account create dave --organization Acme --new-organization Gamma'), { code: 2 })
  t.match(await run('key create --name k --organization Acme'), { code: 0 })
})

t.test('a key is created and stands alone on standard output; the list never shows it', async t => {
  const { run, signIn, keyId } = await createRun(t)
  const { code, stdout, stderr } = await run('key create --name build_server --expires 90d')
  t.equal(code, 0)
  t.match(stdout, /^cak_[0-9a-z]{12}_[0-9a-z]{46}\n$/)
  t.match(stderr, /^Key [0-9a-z]{12} created in Acme; it expires: \d{4}/)
  await signIn('alice', 'tulip-bicycle-42', stdout.trim())
  const list = (await run('key list')).stdout
  t.match(list, /^ID +NAME +ORGANIZATION +STATE +CREATED +EXPIRES +LAST USED\n/)
  t.match(list, new RegExp(`${keyId} {2}first +Acme +live .* never +never\n`))
  t.notMatch(list, stdout.trim().slice(17))
  t.match(JSON.parse((await run('key create --name k --json')).stdout), { name: 'k', key: /^cak_/, expiresAt: null, state: 'live' })
  const listed = (await run('key list --json')).stdout
  t.equal((JSON.parse(listed) as unknown[]).length, 3)
  t.notMatch(listed, /hash|cak_/i)
})

t.test('a key is revoked by its id', async t => {
  const { run, keyId, signIn } = await createRun(t)
  t.match(await run(`key revoke ${keyId}`), { code: 0, stdout: '', stderr: `Key ${keyId} (first) is revoked and its tokens are ended.\n` })
  t.match((await run('key list')).stdout, / revoked /)
  await t.rejects(signIn('alice', 'tulip-bicycle-42'), { kind: 'bad_credentials', message: /wrong/ })
  t.match(await run('key revoke nosuchkey'), { code: 1, stderr: /no API key with the id "nosuchkey"; see the list/ })
})

t.test('tokens are listed by id and revoked by user, by id or by text from standard input', async t => {
  const { run, signIn } = await createRun(t)
  const tokens = []
  for (let i = 0; i < 4; i++) tokens.push((await signIn('alice', 'tulip-bicycle-42')).accessToken)
  const list = JSON.parse((await run('token list --user alice --json')).stdout) as Array<{ tokenId: string }>
  t.equal(list.length, 4)
  t.match((await run('token list')).stdout, new RegExp(`^ID +LOGIN +KEY +ISSUED +EXPIRES\n${list[0]?.tokenId} {2}alice`))
  t.match(await run(`token revoke --id ${list[0]?.tokenId}`), { code: 0, stderr: '1 token revoked.\n' })
  t.match(await run('token revoke --token-stdin --json', { stdin: `${tokens[1]}\n` }), { code: 0, stdout: '{\n  "revoked": 1\n}\n', stderr: '' })
  t.match(await run('token revoke --user alice'), { code: 0, stderr: '2 tokens revoked.\n' })
  t.match(await run('token revoke --token-stdin', { stdin: `${tokens[1]}\n` }), { code: 1, stderr: /no such token/ })
  for (const args of ['token revoke', 'token revoke --user alice --id x']) t.match(await run(args), { code: 2, stderr: /exactly one of/ })
})

t.test('a command that undoes what the settings declare says that it will not last', async t => {
  const { run, accounts, dataDir } = await createRun(t)
  const { ensureFirstAccount } = await import('../../src/accounts/first-start.js')
  const store = await openSqliteStore(dataDir)
  await ensureFirstAccount({ store, declared: { login: 'chief', password: 'tulip-bicycle-42', apiKey: 'declared-key-of-any-form' }, tokenTtlS: 60, announce: () => t.fail('nothing to announce') })
  await store.close()
  const key = (await accounts.listApiKeys()).find(({ declared }) => declared)
  t.match((await run('account disable chief')).stderr, /COMPUTE_ADMIN_LOGIN declares this user; the next start of the server enables it again/)
  t.match((await run('account password chief')).stderr, /sets the declared password again/)
  t.match((await run(`key revoke ${key?.id}`)).stderr, /COMPUTE_ADMIN_API_KEY declares this key/)
  t.notMatch((await run('account disable alice')).stderr, /declares/)
})

t.test('wrong calls end in 2 and show the way; help ends in 0', async t => {
  const { run } = await createRun(t)
  for (const args of ['', 'nonsense', 'account', 'account nonsense', 'account create', 'account list extra', 'key create', 'key create --name', 'key create --name k --expires yesterday', 'key create --name k --expires 2020-01-01', 'account create bob --role King', 'account list --nonsense', 'key revoke']) {
    const { code, stdout, stderr } = await run(args)
    t.equal(code, 2, args)
    t.equal(stdout, '')
    t.match(stderr, /--help/, args)
  }
  t.match(await run('--help'), { code: 0, stdout: /Usage: compute-api .*account.*key.*token.*health/s, stderr: '' })
  t.match(await run('key create --help'), { code: 0, stdout: /--expires <when>.*--data-dir <folder>.*--json/s })
  t.match(await run('--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ })
})

t.test('with --json errors are JSON too', async t => {
  const { run } = await createRun(t)
  const errorOf = async (args: string): Promise<unknown> => JSON.parse((await run(args)).stderr)
  t.same(await errorOf('account disable nobody --json'), { error: { kind: 'not_found', message: 'There is no user "nobody"; see the list of accounts' } })
  t.match(await errorOf('account nonsense --json'), { error: { kind: 'usage', message: /unknown command 'nonsense'/ } })
  t.match(await errorOf('account --json'), { error: { kind: 'usage', message: /a command is missing/ } })
  t.match(await errorOf('token revoke --json'), { error: { kind: 'usage', message: /exactly one of/ } })
  t.match(await errorOf('account list --json --data-dir /nonexistent/folder'), { error: { kind: 'store_missing', message: /There is no account store in \/nonexistent\/folder/ } })
  t.match(await errorOf('account password alice --password-stdin --json'), { error: { kind: 'input', message: /was empty/ } })
})

t.test('--data-dir wins over the environment, before or after the command', async t => {
  const { run, dataDir } = await createRun(t)
  const elsewhere = { env: { COMPUTE_DATA_DIR: '/nonexistent/folder' } }
  t.equal((await run('account list', elsewhere)).code, 1)
  for (const args of ['account list --data-dir', '--data-dir']) {
    const full = args.startsWith('--') ? `${args} ${dataDir} account list` : `${args} ${dataDir}`
    t.match(await run(full, elsewhere), { code: 0, stdout: /alice/ })
  }
})

t.test('serve gets the environment with the data folder in it, and its exit code counts', async t => {
  const served: Served = {}
  const run = createRunner('/from/env', served)
  t.equal((await run('serve')).code, 7)
  t.equal(served.env?.COMPUTE_DATA_DIR, '/from/env')
  await run('serve --data-dir elsewhere')
  t.equal(served.env?.COMPUTE_DATA_DIR, resolve('elsewhere'))
})

t.test('health tells people and scripts', async t => {
  const run = createRunner('/nowhere')
  t.match(await run('health'), { code: 0, stdout: 'ready: http://127.0.0.1:8080/readyz HTTP 200\n' })
  t.match(JSON.parse((await run('health --json')).stdout), { ok: true, detail: 'HTTP 200' })
})

t.test('a table is as wide as its widest cells, and nothing in it moves the cursor', async t => {
  const rows = [{ a: 'x', b: 'a\u001b[31m\nb' }, { a: 'longer', b: '' }]
  t.equal(formatTable<{ a: string, b: string }>([['A', row => row.a], ['BB', row => row.b]], rows), 'A       BB\nx       a\ufffd[31m\ufffdb\nlonger\n')
  t.equal(formatTable([['A', () => 'x']], []), 'A\n')
  t.equal(formatTime(undefined), 'never')
  t.equal(formatTime(new Date('2026-01-02T03:04:05.678Z')), '2026-01-02T03:04:05Z')
})
