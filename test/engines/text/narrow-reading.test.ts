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
  const { reading: { general, latin }, open } = settle(reading)
  return open.length > 0 ? undefined : [textOf(general), textOf(latin)]
}

t.test('what both nets have read stands', async t => {
  t.same(settled(both('read in full')), ['read in full', 'read in full'])
})

t.test('where the nets contradict each other, the Latin one\'s word stands for both where it is very sure, as it has more steps', async t => {
  const reading = { general: read('was forgoten here'), latin: read('was forgotten here', 0.99) }
  t.same(settled(reading), ['was forgotten here', 'was forgotten here'])
  t.equal(settled(both('was kised', 'was kissed')), undefined, 'else it is open')
})

t.test('a mark that one net has lost stands', async t => {
  t.same(settled(both('I cant', 'I can\'t'))?.[0], 'I can\'t')
  t.same(settled(both('it." Some', 'it. Some'))?.[0], 'it." Some')
})

t.test('accents are left to the net that has learnt them', async t => {
  t.same(settled(both('la foret', 'la forêt')), ['la foret', 'la forêt'])
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
  t.equal(settle(sure).reading.general[0]?.confidence, 0.9)
  t.equal(settled(both('certain', 'certain', 0.7)), undefined)
  t.equal(settled({ general: read('certan', 0.95), latin: read('certain', 0.7) }), undefined)
})

t.test('a picture is tried where much is left and what has been read is sure and alike', async t => {
  const clean = Array.from({ length: 6 }, () => both('clean print'))
  t.equal(isCleanPrint(clean, 40), true)
  t.equal(isCleanPrint(clean, 23), false, 'few lines')
  t.equal(isCleanPrint([], 40), false, 'nothing read')
  t.equal(isCleanPrint(clean.map(() => both('clean print', 'clean print', 0.9)), 40), false, 'not sure, as handwriting is')
  t.equal(isCleanPrint([...clean.slice(0, 4), both('one', 'two'), both('one', 'two')], 40), false, 'not alike')
})

t.test('what is open of a line goes to the middle of the spaces beside it, and is read with the words on both sides', async t => {
  const { reading, open } = settle(both('one two 1884 four five'))
  t.equal(textOf(reading.general), 'one two four five')
  t.same(open.map(({ from, to }) => [from, to].map(share => Math.round(share * 2200) / 100)), [[7.5, 12.5]])
  t.same(open.map(({ around }) => [around.from, around.to].map(share => Math.round(share * 2200) / 100)), [[3.5, 17.5]])
})

t.test('at the ends of a line the open part has no end', async t => {
  t.same(settle(both('12 two three four')).open.map(({ from, around }) => [from, around.from]), [[-Infinity, 0]])
  t.same(settle(both('one two three 45')).open.map(({ to, around }) => [to, around.to]), [[Infinity, 1]])
  t.same(settle(both('words', '')).open, [{ from: -Infinity, to: Infinity, around: { from: 0, to: 1 } }], 'and a line of which one net saw nothing is open as a whole')
})

t.test('open parts that share a neighbour are one part', async t => {
  const { reading, open } = settle(both('one two 18 four 84 six seven'))
  t.equal(open.length, 1)
  t.equal(textOf(reading.general), 'one two six seven')
})

interface Piece { readonly line: number, readonly from: number, readonly to: number }

const pieces = (count: number): Piece[] => Array.from({ length: count }, (_, line) => ({ line, from: 0, to: 1 }))
const part = ({ line }: Piece, { from, to }: { readonly from: number, readonly to: number }): Piece => ({ line, from, to })

t.test('lines are read narrow, and only what this leaves open at the whole width, in its place', async t => {
  const whole: Piece[] = []
  const readings = await readNarrowFirst(pieces(30), {
    narrow: async lines => lines.map(({ line }) => line % 10 === 3 ? both('some farilies live here', 'some families live here') : both('narrow')),
    whole: async parts => { whole.push(...parts); return parts.map(() => both('some families live')) },
    part
  })
  t.same(whole.map(({ line }) => line), [3, 13, 23])
  t.ok(whole.every(({ from, to }) => from === 0 && to < 0.85), 'the last word is not read again')
  t.same(readings.map(({ general }) => textOf(general)), readings.map((_, line) => line % 10 === 3 ? 'some families live here' : 'narrow'))
  const [, second] = readings[3]?.general ?? []
  t.match(second, { text: 'families' })
  t.ok(second !== undefined && Math.abs(second.from - 5 / 23) < 0.02 && Math.abs(second.glyphs[7]!.at - 12.5 / 23) < 0.02, 'places are those in the line')
})

t.test('where a part runs into the word beside it, that word is not there twice', async t => {
  const readings = await readNarrowFirst(pieces(24), {
    narrow: async lines => lines.map(() => both('ab 12 cd')),
    whole: async parts => parts.map(() => both('ab12 cd')),
    part
  })
  t.same(readings.map(({ general }) => textOf(general)), readings.map(() => 'ab12 cd'))
})

t.test('where many of the first lines are left open, the others are not read narrow', async t => {
  let narrow = 0
  const readings = await readNarrowFirst(pieces(30), {
    narrow: async lines => { narrow += lines.length; return lines.map(({ line }) => line % 2 === 0 ? both('10', '10') : both('narrow')) },
    whole: async parts => parts.map(() => both('whole')),
    part
  })
  t.equal(narrow, 12)
  t.equal(readings.filter(({ general }) => textOf(general) === 'narrow').length, 6)
  t.equal(readings.filter(({ general }) => textOf(general) === 'whole').length, 24)
})
