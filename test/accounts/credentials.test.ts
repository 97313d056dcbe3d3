import t from 'tap'
import { API_KEY_PATTERN, apiKeyId, apiKeyMatches, hashApiKey, isMintedApiKey, mintApiKey } from '../../src/accounts/api-key.js'
import { ACCESS_TOKEN_PATTERN, hashToken, mintToken } from '../../src/accounts/access-token.js'
import { checkLogin, checkName, checkRoles, foldName, isLogin, newId } from '../../src/accounts/names.js'
import { checkPassword, isPlaceholder, randomPassword } from '../../src/accounts/password.js'
import { parseOptions } from '@node-rs/argon2'
import { createPasswordHasher, OWASP_ARGON2_COST } from '../../src/accounts/password-hasher.js'
import { CHEAP_COST } from './store-fixture.js'

t.test('a minted key has a prefix, its id, 200 bits of secret and a checksum, in characters no shell minds', async t => {
  const { id, text, hash } = mintApiKey()
  const [, idPart, secret, checksum] = API_KEY_PATTERN.exec(text) ?? []
  t.equal(idPart, id)
  t.equal(secret?.length, 40)
  t.equal(checksum?.length, 6)
  t.match(text, /^[a-z0-9_]+$/)
  t.equal(apiKeyId(text), id)
  t.equal(hashApiKey(text), hash)
  t.match(hash, /^[0-9a-f]{64}$/)
  t.ok(isMintedApiKey(text))
})

t.test('minted keys use the whole alphabet and never repeat', async t => {
  const keys = Array.from({ length: 500 }, mintApiKey)
  t.equal(new Set(keys.map(key => key.id)).size, 500)
  const secrets = keys.map(key => key.text.slice(17, 57)).join('')
  const counts = new Map<string, number>()
  for (const character of secrets) counts.set(character, (counts.get(character) ?? 0) + 1)
  t.equal(counts.size, 32)
  for (const [character, count] of counts) t.ok(count > 450 && count < 800, `${character} came ${count} times of 625 expected`)
})

t.test('one wrong character breaks the checksum', async t => {
  const { text, id } = mintApiKey()
  const wrong = text.slice(0, 30) + (text[30] === 'a' ? 'b' : 'a') + text.slice(31)
  t.notOk(isMintedApiKey(wrong))
  t.not(apiKeyId(wrong), id, 'and it is not looked up as the real one')
  t.notOk(isMintedApiKey(text.slice(0, -1)))
})

t.test('a key of another form has an id that follows from it and does not show it', async t => {
  const foreign = 'Some-Key/of+another=form.0123'
  t.match(apiKeyId(foreign), /^[0-9a-z]{12}$/)
  t.equal(apiKeyId(foreign), apiKeyId(foreign))
  t.not(apiKeyId(foreign), apiKeyId(`${foreign}4`))
  t.notOk(isMintedApiKey(foreign))
  t.match(apiKeyId(''), /^[0-9a-z]{12}$/)
})

t.test('a key matches its own hash only', async t => {
  const { text, hash } = mintApiKey()
  t.ok(apiKeyMatches(text, hash))
  t.notOk(apiKeyMatches(mintApiKey().text, hash))
  t.notOk(apiKeyMatches(text, 'ab'), 'a cut hash matches nothing')
  t.notOk(apiKeyMatches(text, ''))
})

t.test('a token is a prefix and 256 random bits; its id and hash do not show it', async t => {
  const { id, text, hash } = mintToken()
  t.match(text, ACCESS_TOKEN_PATTERN)
  t.equal(Buffer.from(text.slice(4), 'base64url').length, 32)
  t.match(id, /^[0-9a-f]{16}$/)
  t.equal(hash, hashToken(text))
  t.match(hash, /^[0-9a-f]{64}$/)
  t.not(mintToken().text, text)
})

t.test('logins are such as pass through headers and shells without quoting', async t => {
  for (const login of ['a', 'alice', 'Alice.B-c_d', 'me+test@example.org', '9lives', 'x'.repeat(100)]) t.ok(isLogin(login), login)
  for (const login of ['', ' a', 'a b', "o'brien", '-x', 'é', 'a\n', 'a;b', '$x', 'x'.repeat(101)]) t.notOk(isLogin(login), JSON.stringify(login))
  t.throws(() => checkLogin('a b'), { kind: 'invalid_request', message: /1 to 100 letters/ })
})

t.test('letter case does not tell names apart', async t => {
  t.equal(foldName('ALICE'), foldName('alice'))
  t.equal(foldName('Caf\u0065\u0301'), foldName('café'), 'nor does the way an accent is written')
})

t.test('only roles that exist are accepted, and at least one', async t => {
  t.doesNotThrow(() => checkRoles(['User', 'Administrator']))
  t.throws(() => checkRoles(['Admnistrator']), { kind: 'invalid_request', message: /"Admnistrator" is none/ })
  t.throws(() => checkRoles([]), { kind: 'invalid_request', message: /at least one/ })
})

t.test('names lose the blanks at their ends and may not be empty, long or control the terminal', async t => {
  t.equal(checkName('name', '  build server '), 'build server')
  for (const name of ['', '   ', 'x'.repeat(101), 'a\u001b[31m']) t.throws(() => checkName('name', name), { kind: 'invalid_request', message: /1 to 100 characters/ })
})

t.test('ids are 32 hex characters', async t => {
  t.match(newId(), /^[0-9a-f]{32}$/)
  t.not(newId(), newId())
})

t.test('a random password has 100 bits in four groups and needs no quoting', async t => {
  t.match(randomPassword(), /^[0-9a-z]{5}(?:-[0-9a-z]{5}){3}$/)
  t.not(randomPassword(), randomPassword())
  t.doesNotThrow(() => checkPassword(randomPassword(), 'admin'))
})

t.test('a password has 10 to 1024 characters', async t => {
  t.throws(() => checkPassword('ninechars', 'alice'), { kind: 'invalid_request', message: /10 to 1024 characters; this one has 9/ })
  t.doesNotThrow(() => checkPassword('ten-chars!', 'alice'))
  t.doesNotThrow(() => checkPassword('abcdefgh'.repeat(128), 'alice'))
  t.throws(() => checkPassword('abcdefgh'.repeat(128) + 'i', 'alice'), { kind: 'invalid_request', message: /this one has 1025/ })
})

t.test('placeholders are refused in the spellings people use', async t => {
  const placeholders = [
    'changeme', 'changeme123', 'CHANGE_ME!!!', 'change-this', 'Password1234', 'password-password',
    'adminadmin', 'admin-password-1', 'administrator', 'letmein!!!', 'your-password', 'my-secret-password', '1234567890', '01234567890'
  ]
  for (const text of placeholders) t.ok(isPlaceholder(text), text)
  for (const text of ['correct horse battery', 'test-password-x', 'k7mqx-2vd4r', 'passwordless-entry', '92837465019']) t.notOk(isPlaceholder(text), text)
  t.throws(() => checkPassword('changeme1234', 'alice'), { kind: 'invalid_request', message: /placeholder/ })
})

t.test('the login itself and patterns of few characters are refused', async t => {
  t.throws(() => checkPassword('Alice.Smith', 'alice.smith'), { kind: 'invalid_request', message: /too easy/ })
  t.throws(() => checkPassword('ababababababab', 'alice'), { kind: 'invalid_request', message: /too easy/ })
  t.throws(() => checkPassword('0000000000', 'alice'), { kind: 'invalid_request', message: /too easy/ })
})

t.test('a refusal does not repeat the password', async t => {
  try {
    checkPassword('changeme1234', 'alice')
  } catch (error) {
    t.notMatch(String(error), 'changeme')
  }
})

t.test('passwords are hashed with argon2id at the OWASP cost, each with a salt of its own', async t => {
  const hasher = createPasswordHasher()
  const [one, two] = await Promise.all([hasher.hash('tulip-bicycle-42'), hasher.hash('tulip-bicycle-42')])
  t.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  t.not(one, two)
  t.ok(await hasher.verify(one, 'tulip-bicycle-42'))
  t.notOk(await hasher.verify(one, 'tulip-bicycle-43'))
})

t.test('the dummy hash costs what a real one costs and fits nobody', async t => {
  const hasher = createPasswordHasher()
  const real = parseOptions(await hasher.hash('tulip-bicycle-42'))
  t.same(parseOptions(hasher.dummyHash), real)
  t.notOk(await hasher.verify(hasher.dummyHash, ''))
  t.notOk(await hasher.verify(hasher.dummyHash, 'tulip-bicycle-42'))
  t.not(createPasswordHasher().dummyHash, hasher.dummyHash)
})

t.test('a hash of another cost is outdated', async t => {
  const cheap = createPasswordHasher(CHEAP_COST)
  const hash = await cheap.hash('tulip-bicycle-42')
  t.notOk(cheap.isOutdated(hash))
  t.ok(createPasswordHasher().isOutdated(hash))
  t.ok(createPasswordHasher({ ...OWASP_ARGON2_COST, passes: 3 }).isOutdated(createPasswordHasher().dummyHash))
  t.ok(await createPasswordHasher().verify(hash, 'tulip-bicycle-42'), 'and still opens')
})

t.test('an accent opens the account however the keyboard writes it', async t => {
  const hasher = createPasswordHasher(CHEAP_COST)
  t.ok(await hasher.verify(await hasher.hash('cafe\u0301-bicycle'), 'caf\u00e9-bicycle'))
})
