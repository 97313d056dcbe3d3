import t from 'tap'
import type { NetReading } from '../../../src/engines/text/line-recogniser.js'
import { isCleanPrint, readNarrowFirst, settle } from '../../../src/engines/text/narrow-reading.js'
import { type Transcript, textOf } from '../../../src/engines/text/transcript.js'

// Words as wide as they have letters, one letter apart, all as sure.
function read (text: string, confidence = 0.95): Transcript {
  const length = Math.max(1, text.length)
  let from = 0
  return text.split(' ').filter(word => word !== '').map(word => {
    const start = from
    from += word.length + 1
    const glyphs = [...word].map((letter, index) => ({ text: letter, confidence, at: (start + index + 0.5) / length }))
    return { text: word, confidence, glyphs, from: start / length, to: (start + word.length) / length }
  })
}

const both = (general: string, latin = general, confidence = 0.95): NetReading => ({ general: read(general, confidence), latin: read(latin, confidence) })
const settled = (reading: NetReading): readonly string[] | undefined => {
  const result = settle(reading)
  return result === undefined ? undefined : [textOf(result.general), textOf(result.latin)]
}

t.test('what both nets have read stands', async t => {
  t.same(settled(both('read in full')), ['read in full', 'read in full'])
})

t.test('of two equal letters and others that one net has lost, the other one\'s word stands for both', async t => {
  t.same(settled(both('was forgoten here', 'was forgotten here')), ['was forgotten here', 'was forgotten here'])
  t.same(settled(both('was kissed', 'was kised')), ['was kissed', 'was kissed'])
})

t.test('a mark that one net has lost stands', async t => {
  t.same(settled(both('I cant', 'I can\'t'))?.[0], 'I can\'t')
  t.same(settled(both('it." Some', 'it. Some'))?.[0], 'it." Some')
})

t.test('accents are left to the net that has learnt them', async t => {
  t.same(settled(both('la foret', 'la forêt')), ['la foret', 'la forêt'])
})

t.test('where the nets contradict each other the line is open', async t => {
  t.equal(settled(both('for farilies', 'for families')), undefined)
})

t.test('a line with digits is open: both may have lost one', async t => {
  t.equal(settled(both('in 1884')), undefined)
})

t.test('a line of which one net saw nothing, and one without a word, are open', async t => {
  t.equal(settled(both('words', '')), undefined)
  t.equal(settled(both('')), undefined)
})

t.test('a word is as sure as the surer net; where none is sure the line is open', async t => {
  const sure = { general: read('certain', 0.5), latin: read('certain', 0.9) }
  t.equal(settle(sure)?.general[0]?.confidence, 0.9)
  t.equal(settle(both('certain', 'certain', 0.7)), undefined)
  t.equal(settle({ general: read('certan', 0.95), latin: read('certain', 0.7) }), undefined)
})

t.test('a picture is tried where much is left and what has been read is sure and alike', async t => {
  const clean = Array.from({ length: 6 }, () => both('clean print'))
  t.equal(isCleanPrint(clean, 40), true)
  t.equal(isCleanPrint(clean, 23), false, 'few lines')
  t.equal(isCleanPrint([], 40), false, 'nothing read')
  t.equal(isCleanPrint(clean.map(() => both('clean print', 'clean print', 0.9)), 40), false, 'not sure, as handwriting is')
  t.equal(isCleanPrint([...clean.slice(0, 4), both('one', 'two'), both('one', 'two')], 40), false, 'not alike')
})

t.test('lines are read narrow, and only those that this leaves open at their whole width, in their order', async t => {
  const lines = Array.from({ length: 30 }, (_, index) => index)
  const whole: number[] = []
  const readings = await readNarrowFirst(lines, {
    narrow: async lines => lines.map(line => line % 10 === 3 ? both('farilies', 'families') : both('narrow')),
    whole: async lines => { whole.push(...lines); return lines.map(() => both('families')) }
  })
  t.same(whole, [3, 13, 23])
  t.same(readings.map(({ general }) => textOf(general)), lines.map(line => line % 10 === 3 ? 'families' : 'narrow'))
})

t.test('where many of the first lines are left open, the others are not read narrow', async t => {
  const lines = Array.from({ length: 30 }, (_, index) => index)
  let narrow = 0
  const readings = await readNarrowFirst(lines, {
    narrow: async lines => { narrow += lines.length; return lines.map(line => line % 2 === 0 ? both('10', '10') : both('narrow')) },
    whole: async lines => lines.map(() => both('whole'))
  })
  t.equal(narrow, 12)
  t.equal(readings.filter(({ general }) => textOf(general) === 'narrow').length, 6)
  t.equal(readings.filter(({ general }) => textOf(general) === 'whole').length, 24)
})
