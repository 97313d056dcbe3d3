// The store's file: who may read it, how its schema grows, what its faults are called.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { migrate, MIGRATIONS } from '../../src/accounts/migrations.js'
import { openSqliteStore } from '../../src/accounts/sqlite-account-store.js'
import { openSqlite } from '../../src/accounts/sqlite-connection.js'
import { explainStoreError, StoreError } from '../../src/accounts/store-error.js'
import { prepareStoreFiles } from '../../src/accounts/store-files.js'
import { createFixture, PASSWORD } from './store-fixture.js'

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

t.test('the data folder gets mode 0700 and every file in it 0600, whatever the umask', async t => {
  const dataDir = join(t.testdir(), 'deep', 'data')
  const umask = process.umask(0)
  try {
    const store = await openSqliteStore(dataDir)
    t.equal(modeOf(dataDir), '700')
    t.same(readdirSync(dataDir).sort(), ['accounts.sqlite', 'accounts.sqlite-shm', 'accounts.sqlite-wal'])
    for (const name of readdirSync(dataDir)) t.equal(modeOf(join(dataDir, name)), '600', name)
    await store.close()
  } finally {
    process.umask(umask)
  }
})

t.test('an empty folder that is ours, such as a fresh volume, is closed to others; one with other things in it keeps its mode', async t => {
  const folder = t.testdir({ volume: {}, shared: { 'notes.txt': 'x' } })
  for (const name of ['volume', 'shared']) {
    chmodSync(join(folder, name), 0o755)
    await (await openSqliteStore(join(folder, name))).close()
  }
  t.equal(modeOf(join(folder, 'volume')), '700')
  t.equal(modeOf(join(folder, 'shared')), '755')
  t.equal(modeOf(join(folder, 'shared', 'accounts.sqlite')), '600')
})

t.test('a store that others may read is refused, with the command that helps', async t => {
  for (const mode of [0o644, 0o640, 0o602]) {
    const dataDir = join(t.testdir(), 'data')
    await (await openSqliteStore(dataDir)).close()
    chmodSync(join(dataDir, 'accounts.sqlite'), mode)
    const refusal = { name: 'StoreError', fault: 'exposed', message: /Other users may read or write .*chmod 600/ }
    await t.rejects(openSqliteStore(dataDir), refusal)
    await t.rejects(openSqliteStore(dataDir, { create: false }), refusal, 'by commands too')
    chmodSync(join(dataDir, 'accounts.sqlite'), 0o600)
    await t.resolves(openSqliteStore(dataDir).then(store => store.close()))
  }
})

t.test('a folder in which everybody may write is refused', async t => {
  const dataDir = join(t.testdir({ data: { other: 'x' } }), 'data')
  chmodSync(dataDir, 0o777)
  await t.rejects(openSqliteStore(dataDir), { fault: 'exposed', message: /chmod 700/ })
  t.notOk(existsSync(join(dataDir, 'accounts.sqlite')))
})

t.test('commands do not make a store where there is none', async t => {
  const dataDir = join(t.testdir(), 'typo')
  await t.rejects(openSqliteStore(dataDir, { create: false }), { fault: 'missing', message: /start the server once/ })
  t.notOk(existsSync(dataDir))
})

t.test('a path that is no folder, and a file that is no store, are named as such', async t => {
  const folder = t.testdir({ file: 'x', data: {} })
  await t.rejects(openSqliteStore(join(folder, 'file')), { name: 'StoreError', message: /file/ })
  await t.rejects(openSqliteStore(join(folder, 'file', 'data')), { name: 'StoreError', fault: 'unreadable' })
  writeFileSync(join(folder, 'data', 'accounts.sqlite'), 'not a database'.repeat(500), { mode: 0o600 })
  await t.rejects(openSqliteStore(join(folder, 'data')), { name: 'StoreError', fault: 'damaged', message: /restore it from a backup/ })
})

t.test('a folder that cannot be written is named with the user that cannot', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async t => {
  const folder = t.testdir({ data: {} })
  chmodSync(join(folder, 'data'), 0o500)
  await t.rejects(openSqliteStore(join(folder, 'data')), { name: 'StoreError', fault: 'read_only', message: /uid/ })
})

t.test('a full disk is called that, and what was stored before is intact', async t => {
  const { dataDir, store } = await createFixture(t)
  const db = openSqlite(join(dataDir, 'accounts.sqlite'))
  t.teardown(() => db.close())
  db.script('PRAGMA max_page_count = 1')
  t.throws(() => db.write('durable', () => {
    db.script('CREATE TABLE filler (text TEXT)')
    for (let i = 0; i < 100; i++) db.run('INSERT INTO filler VALUES (?)', 'x'.repeat(4000))
  }), { name: 'StoreError', fault: 'full', message: /is full .*free some space/ })
  t.equal((await store.findUser('alice'))?.login, 'alice')
  t.doesNotThrow(() => db.write('durable', () => db.run('UPDATE users SET disabled_at = NULL')), 'the connection is not stuck in a transaction')
})

t.test('errors of the system are put into words, others are left alone', async t => {
  const system = { EROFS: 'read_only', EACCES: 'read_only', ENOSPC: 'full', EDQUOT: 'full', ENOTDIR: 'unreadable' }
  const sqlite = { 8: 'read_only', 1544: 'read_only', 14: 'read_only', 13: 'full', 5: 'busy', 517: 'busy', 11: 'damaged', 26: 'damaged', 778: 'unreadable' }
  const errors = [
    ...Object.entries(system).map(([code, fault]) => ({ code, fault })),
    ...Object.entries(sqlite).map(([rawCode, fault]) => ({ code: 'UNKNOWN', rawCode: Number(rawCode), fault }))
  ]
  for (const { fault, ...codes } of errors) {
    const error = explainStoreError(Object.assign(new Error('x'), codes), '/nowhere/compute')
    t.ok(error instanceof StoreError)
    t.match(error, { fault, message: /\/nowhere\/compute/ }, JSON.stringify(codes))
  }
  const bug = new TypeError('x')
  t.equal(explainStoreError(bug, '/'), bug)
  t.equal(explainStoreError('x', '/'), 'x')
  const constraint = Object.assign(new Error('x'), { code: 'SQLITE_CONSTRAINT', rawCode: 19 })
  t.equal(explainStoreError(constraint, '/'), constraint)
})

t.test('the schema is built from nothing, once, in WAL mode with foreign keys', async t => {
  const dataDir = join(t.testdir(), 'data')
  for (let i = 0; i < 2; i++) await (await openSqliteStore(dataDir)).close()
  const db = openSqlite(join(dataDir, 'accounts.sqlite'))
  t.match(db.all('SELECT version, name FROM schema_versions'), MIGRATIONS.map(({ name }, index) => ({ version: index + 1, name })))
  t.match(db.get('PRAGMA journal_mode'), { journal_mode: 'wal' })
  t.match(db.get('PRAGMA foreign_keys'), { foreign_keys: 1 })
  t.match(db.get('PRAGMA busy_timeout'), { timeout: 5000 })
  t.match(db.get('PRAGMA synchronous'), { synchronous: 1 })
  db.write('durable', () => t.match(db.get('PRAGMA synchronous'), { synchronous: 2 }, 'what a person was told is synced'))
  t.match(db.get('PRAGMA synchronous'), { synchronous: 1 })
  t.throws(() => db.run("INSERT INTO users VALUES ('u', 'nowhere', 'a', 'a', 'h', 'User', 0, NULL, 0)"), { code: 'SQLITE_CONSTRAINT_FOREIGNKEY', message: /FOREIGN KEY/ })
  db.close()
})

t.test('a later schema is put on top, and a failing step leaves the version before it', async t => {
  const { dataDir } = await createFixture(t)
  const db = openSqlite(join(dataDir, 'accounts.sqlite'))
  t.teardown(() => db.close())
  const second = { name: 'second', sql: 'CREATE TABLE second (id TEXT); INSERT INTO second SELECT login FROM users;' }
  const broken = { name: 'broken', sql: 'CREATE TABLE third (id TEXT); SELECT nonsense FROM nowhere;' }
  t.throws(() => migrate(db, new Date(0), [...MIGRATIONS, second, broken]), { message: /no such table/ })
  t.equal(db.count('SELECT max(version) AS n FROM schema_versions'), MIGRATIONS.length)
  migrate(db, new Date(0), [...MIGRATIONS, second])
  migrate(db, new Date(0), [...MIGRATIONS, second])
  t.equal(db.count('SELECT max(version) AS n FROM schema_versions'), MIGRATIONS.length + 1)
  t.match(db.all('SELECT id FROM second'), [{ id: 'alice' }])
})

t.test('a store of the first schema keeps its tokens when tokens without a key and usage join it', async t => {
  const dataDir = join(t.testdir(), 'data')
  prepareStoreFiles(dataDir, true)
  const old = openSqlite(join(dataDir, 'accounts.sqlite'))
  migrate(old, new Date(0), MIGRATIONS.slice(0, 1))
  old.script(`
    INSERT INTO organizations VALUES ('o', 'Acme', 'acme', 0);
    INSERT INTO users VALUES ('u', 'o', 'alice', 'alice', 'h', 'User', 0, NULL, 0);
    INSERT INTO api_keys VALUES ('k', 'o', 'first', 'h', 0, 0, NULL, NULL, NULL);
    INSERT INTO tokens VALUES ('t1', 'hash1', 'u', 'k', 1, 2), ('t2', 'hash2', 'u', 'k', 1, 3);`)
  old.close()
  const store = await openSqliteStore(dataDir)
  t.teardown(() => store.close())
  t.match(await store.listSessions(), [{ tokenId: 't1', keyId: 'k', login: 'alice' }, { tokenId: 't2', expiresAt: new Date(3) }])
  t.equal(await store.createToken({ id: 't3', tokenHash: 'hash3', userId: 'u', keyId: undefined, issuedAt: new Date(4), expiresAt: new Date(5) }, 'h'), true)
  t.match(await store.findSession('hash3'), { tokenId: 't3', keyId: undefined })
  t.equal(await store.createToken({ id: 't4', tokenHash: 'hash4', userId: 'u', keyId: 'unknown', issuedAt: new Date(4), expiresAt: new Date(5) }, 'h'), false, 'a key that is named must be there')
  t.equal(await store.purgeTokens(new Date(3), 10), 1, 'its indexes are there')
  await store.addUsage([{ day: '2026-01-01', organizationId: 'o', keyId: 'k', function: 'heatMap', calls: 1, errors: 0, totalMs: 5 }])
  t.same(await store.listUsage({ organizationId: 'o', fromDay: '2026-01-01', toDay: '2026-01-01' }), [{ day: '2026-01-01', organizationId: 'o', keyId: 'k', function: 'heatMap', calls: 1, errors: 0, totalMs: 5 }])
})

t.test('a store of a newer program is refused', async t => {
  const { dataDir } = await createFixture(t)
  const db = openSqlite(join(dataDir, 'accounts.sqlite'))
  db.run('INSERT INTO schema_versions (version, name, applied_at) VALUES (?, ?, ?)', 99, 'from the future', 0)
  db.close()
  await t.rejects(openSqliteStore(dataDir), { name: 'StoreError', fault: 'newer', message: new RegExp(`schema 99; this one knows ${MIGRATIONS.length}\\): install that version`) })
})

t.test('a transaction that fails stores nothing', async t => {
  const db = openSqlite(join(t.testdir(), 'x.sqlite'))
  t.teardown(() => db.close())
  db.script('CREATE TABLE numbers (n INTEGER)')
  t.throws(() => db.write('relaxed', () => {
    db.run('INSERT INTO numbers VALUES (1)')
    throw new RangeError('no')
  }), { name: 'RangeError', message: 'no' })
  t.equal(db.count('SELECT count(*) AS n FROM numbers'), 0)
})

t.test('values that libsql dies of never reach it', async t => {
  const db = openSqlite(join(t.testdir(), 'x.sqlite'))
  t.teardown(() => db.close())
  // @ts-expect-error: what a caller without types could do
  t.throws(() => db.get('SELECT ?', true), { name: 'TypeError', message: /boolean/ })
  // @ts-expect-error: likewise
  t.throws(() => db.get('SELECT ?', undefined), { name: 'TypeError', message: /undefined/ })
  t.throws(() => db.count('SELECT 1 AS other'), { name: 'TypeError', message: /name it n/ })
})

t.test('SQL in names stays text', async t => {
  const { accounts } = await createFixture(t)
  const name = "'); DROP TABLE users; --"
  await accounts.createApiKey({ name })
  await accounts.createUser({ login: 'bob', password: PASSWORD, newOrganization: name })
  t.equal((await accounts.listApiKeys()).at(-1)?.name, name)
  t.equal((await accounts.listUsers()).at(-1)?.organizationName, name)
})

t.test('no secret is in the file: only hashes are', async t => {
  const { accounts, credentials, dataDir, apiKey } = await createFixture(t)
  const { accessToken } = await accounts.issueToken(credentials)
  for (const name of readdirSync(dataDir)) {
    const bytes = readFileSync(join(dataDir, name)).toString('latin1')
    for (const secret of [PASSWORD, apiKey, apiKey.slice(17), accessToken, accessToken.slice(4)]) t.notOk(bytes.includes(secret), name)
  }
})

t.test('a failed open leaves no half-made folder behind that blocks the next', async t => {
  const folder = t.testdir()
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  writeFileSync(join(folder, 'data', 'accounts.sqlite'), '', { mode: 0o600 })
  await t.resolves(openSqliteStore(join(folder, 'data')).then(store => store.close()), 'an empty file, as a crash right after its creation leaves it, is a new store')
})
