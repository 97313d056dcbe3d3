import t from 'tap'
import { assertFewParts } from '../../src/http/json-body.js'

const check = async (text: string): Promise<void> => await assertFewParts(Buffer.from(text), 8)

t.test('a flat object of parameters passes, whatever its texts hold', async t => {
  await t.resolves(check('{"image":"{[,:{[,:{[,:","x":1}'))
  await t.resolves(check('{"a":"\\",,,,,,,,,\\"","b":"\\\\"}'))
  await t.resolves(check('{"a":"unterminated,,,,,,,,,,,'))
  await t.resolves(check(''))
})

t.test('many parts are refused', async t => {
  const refused = { kind: 'invalid_request', message: /more than 8 parts/ }
  await t.rejects(check('[[[[[[[[['), refused)
  await t.rejects(check('{"a":[{},{},{},{},{}]}'), refused)
  await t.rejects(check('{"a":1,"b":2,"c":3,"d":4,"e":5}'), refused)
  await t.rejects(check('{"a":"\\\\",,,,,,,,,'), refused, 'an escaped backslash does not escape the quote')
})

t.test('30 MB of parts are refused at once, and 30 MB of text pass soon', async t => {
  const before = process.cpuUsage()
  await t.rejects(assertFewParts(Buffer.from(`{"a":[${'{},'.repeat(10_000_000)}`), 1000))
  await t.resolves(assertFewParts(Buffer.from(`{"image":"${'A'.repeat(30_000_000)}"}`), 1000))
  await t.resolves(assertFewParts(Buffer.from(`{"image":"${'\\"'.repeat(3_000_000)}"}`), 1000))
  const { user, system } = process.cpuUsage(before)
  t.ok(user + system < 3_000_000, `${Math.round((user + system) / 1000)} ms`)
})
