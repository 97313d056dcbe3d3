import t from 'tap'
import { Type } from 'typebox'
import type { Parameters } from '../../src/http/parameters.js'
import { readOptions } from '../../src/http/read-options.js'

const schema = Type.Object({
  login: Type.String({ maxLength: 5 }),
  maxResults: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  minScore: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  new_format: Type.Optional(Type.Boolean()),
  style: Type.Optional(Type.Union([Type.Literal('map'), Type.Literal('overlay')]))
})

function parameters (texts: Record<string, string>): Parameters {
  return new Map(Object.entries(texts).map(([name, text]) => [name.toLowerCase(), { kind: 'text', text, formEncoded: true }]))
}

t.test('text becomes the declared types, names in any case', async t => {
  t.same(readOptions(schema, parameters({ LOGIN: 'anna', maxresults: '10', minScore: '.25', New_Format: 'True', style: 'Overlay', other: 'x' })), {
    login: 'anna', maxResults: 10, minScore: 0.25, new_format: true, style: 'overlay'
  })
})

t.test('the documented spellings of true and their counterparts are known', async t => {
  for (const text of ['true', '1', 'yes', 'on', 't', 'y', 'TRUE', 'Yes']) t.equal(readOptions(schema, parameters({ login: 'a', new_format: text })).new_format, true, text)
  for (const text of ['false', '0', 'no', 'off', 'f', 'n', 'False']) t.equal(readOptions(schema, parameters({ login: 'a', new_format: text })).new_format, false, text)
})

t.test('absent and empty options stay absent', async t => {
  t.same(readOptions(schema, parameters({ login: 'a', maxResults: '' })), { login: 'a' })
})

t.test('what does not fit is refused with what it must be and what it is', async t => {
  const refuse = (texts: Record<string, string>, message: RegExp | string): void => {
    t.throws(() => readOptions(schema, parameters(texts)), { kind: 'invalid_request', message })
  }
  refuse({}, "parameter 'login' is missing")
  refuse({ login: 'abcdef' }, "parameter 'login' has 6 characters; the limit is 5")
  refuse({ login: 'a', maxResults: '101' }, 'parameter \'maxResults\' must be a whole number from 1 to 100; it is "101"')
  refuse({ login: 'a', maxResults: '1.5' }, /whole number/)
  refuse({ login: 'a', minScore: 'NaN' }, /a number from 0 to 1; it is "NaN"/)
  refuse({ login: 'a', minScore: '0x1' }, /a number/)
  refuse({ login: 'a', new_format: 'maybe' }, /true or false/)
  refuse({ login: 'a', style: 'x'.repeat(1000) }, /one of map, overlay; it is "x{40}…"/)
})
