import t from 'tap'
import { areHandwritten, isHandwritten, keepHandwritten } from '../../../src/engines/text/handwriting.js'
import type { NetReading } from '../../../src/engines/text/line-recogniser.js'
import type { Transcript } from '../../../src/engines/text/transcript.js'

function words (text: string, ...confidences: readonly number[]): Transcript {
  return text.split(' ').map((word, index) => {
    const confidence = confidences[index] ?? confidences.at(-1) ?? 0
    return { text: word, confidence, glyphs: [...word].map(text => ({ text, confidence, at: 0.5 })), from: 0, to: 1 }
  })
}

const LONG = 'a letter that someone wrote by hand'
const reading = (general: number, latin: number, text = LONG): NetReading => ({ general: words(text, general), latin: words(text, latin) })

t.test('handwriting is what the net for print is unsure of, and not surer than the other', async t => {
  t.ok(areHandwritten([reading(0.8, 0.85)]))
  t.notOk(areHandwritten([reading(0.97, 0.99)]), 'sure print')
  t.notOk(areHandwritten([reading(0.8, 0.7)]), 'blurred print')
  t.notOk(areHandwritten([reading(0.8, 0.85, 'EXIT')]), 'a few letters')
  t.ok(areHandwritten([reading(0.8, 0.85, 'twelve letters'), reading(0.7, 0.8, 'and twelve more')]), 'all lines count')
  t.notOk(areHandwritten([{ general: words(LONG, 0.7), latin: [] }]), 'where there is no other net')
  t.notOk(areHandwritten([]))
})

t.test('a line alone may be short, and a little less sure', async t => {
  t.ok(isHandwritten(reading(0.8, 0.78, 'Dupont')))
  t.notOk(isHandwritten(reading(0.8, 0.76, 'Dupont')))
})

t.test('unsure words are left out', async t => {
  t.same(keepHandwritten({ general: [], latin: words('one two', 0.6, 0.4) }).map(({ text }) => text), ['one'])
})
