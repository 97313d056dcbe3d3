import t from 'tap'
import { Type } from 'typebox'
import { createWriter, writeString } from '../../src/wire/json-text.js'

t.test('text is written in ASCII alone', async t => {
  t.equal(writeString('LÈVRES "ß" 😀'), '"L\\u00c8VRES \\"\\u00df\\" \\ud83d\\ude00"')
  t.equal(JSON.parse(writeString('LÈVRES 😀\u2028\u007f')), 'LÈVRES 😀\u2028\u007f')
  t.match(writeString('é\u007f\ud800'), /^[\x20-\x7e]+$/)
})

t.test('numbers are printed as floats and integers as integers', async t => {
  const write = createWriter(Type.Array(Type.Number()))
  t.equal(write([4, 96, 0, -0, 0.5, 1e-7, 1e21, Math.fround(0.98)]), '[4.0,96.0,0.0,0.0,0.5,1e-7,1e+21,0.9800000190734863]')
  t.equal(createWriter(Type.Array(Type.Integer()))([4, 0]), '[4,0]')
})

t.test('keys come in the order of the schema and optional ones may be absent', async t => {
  const write = createWriter(Type.Object({ '.issued': Type.String(), b: Type.Optional(Type.Integer()), a: Type.Boolean() }))
  t.equal(write({ a: true, '.issued': 'x' }), '{".issued":"x","a":true}')
  t.equal(write({ a: false, b: 1, '.issued': '' }), '{".issued":"","b":1,"a":false}')
})

t.test('a value that does not fit its schema is an error that names the place', async t => {
  const write = createWriter(Type.Object({ list: Type.Array(Type.Object({ n: Type.Number() })) }))
  t.throws(() => write({ list: [{ n: 1 }, { n: NaN }] }), { name: 'TypeError', message: /\/list\/1\/n: expected a finite number, found NaN/ })
  t.throws(() => write({ list: [{ n: Infinity }] }), /finite/)
  t.throws(() => write({ list: [{}] }), /\/list\/0\/n/)
  t.throws(() => write({ list: [{ n: 1, extra: 2 }] }), /\/list\/0\/extra: expected no such field/)
  t.throws(() => write({ list: {} }), /an array/)
  t.throws(() => createWriter(Type.Integer())(1.5), /an integer/)
  t.throws(() => createWriter(Type.Literal('bearer'))('basic'), /"bearer"/)
})

t.test('records and unions are written', async t => {
  const write = createWriter(Type.Record(Type.String({ pattern: '^[0-9a-f]{8}/[0-9]+$' }), Type.Union([
    Type.Object({ x: Type.Number() }), Type.Object({ y: Type.Integer() })
  ])))
  t.equal(write({ 'b11fa756/0': { x: 1 }, 'b11fa756/1': { y: 2 } }), '{"b11fa756/0":{"x":1.0},"b11fa756/1":{"y":2}}')
  t.throws(() => write({ nonsense: { x: 1 } }), /a key like/)
  t.throws(() => write({ 'b11fa756/0': { z: 1 } }), /one of the documented shapes/)
})
