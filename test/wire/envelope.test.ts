import t from 'tap'
import { ColorPaletteSchema } from '../../src/wire/color-palette.js'
import { createEnvelopeWriter, writeErrorEnvelope } from '../../src/wire/envelope.js'

t.test('a success has code "0" and the message ok', async t => {
  const write = createEnvelopeWriter(ColorPaletteSchema)
  t.equal(write({ colors: [[255, 0, 0, 100]] }).toString(), '{"content":{"colors":[[255,0,0,100]]},"code":"0","message":"ok"}')
})

t.test('a failure has the same keys, an empty content and ASCII text', async t => {
  t.equal(writeErrorEnvelope('-400', 'paramètre').toString(), '{"content":{},"code":"-400","message":"param\\u00e8tre"}')
})
