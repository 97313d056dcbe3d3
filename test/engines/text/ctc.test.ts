import t from 'tap'
import { readSteps } from '../../../src/engines/text/ctc.js'
import { summariseRows } from '../../../src/runtime/row-summary.js'
import type { Tensor } from '../../../src/runtime/tensor.js'

// Steps as text: each is the likeliest class, '_' the blank; a following number is the probability of a space there.
const alphabet = { characters: ['', 'a', 'b', 'é', '：', '中', ' '], spaceClass: 6, spaceThreshold: 0.1 }

type Mark = string | readonly [string, number]

function steps (...marks: Mark[]): Tensor {
  const classes = alphabet.characters.length
  const data = new Float32Array(marks.length * classes)
  for (const [step, mark] of marks.entries()) {
    const [character, space] = typeof mark === 'string' ? [mark, 0] : mark
    data[step * classes + alphabet.spaceClass] = space
    data[step * classes + (character === '_' ? 0 : alphabet.characters.indexOf(character))] = 0.9 - space
  }
  return summariseRows({ data, dims: [1, marks.length, classes] }, [alphabet.spaceClass])
}

const texts = (...marks: Mark[]): string[] => readSteps(steps(...marks), alphabet).map(word => word.text)

t.test('repetitions are one character, and two with a blank between', async t => {
  t.same(texts('a', 'a', '_', 'b'), ['ab'])
  t.same(texts('a', '_', 'a'), ['aa'])
  t.same(texts('_', '_'), [])
})

t.test('a space stands where its probabilities between two characters reach the threshold, though it never wins', async t => {
  t.same(texts('a', ['_', 0.06], ['_', 0.06], 'b'), ['a', 'b'])
  t.same(texts('a', ['_', 0.06], '_', 'b'), ['ab'])
  t.same(texts(['_', 0.5], 'a', ['_', 0.5]), ['a'], 'not at the ends')
})

t.test('wide marks become plain ones in Latin text, and stay in Chinese', async t => {
  t.same(texts('a', '：'), ['a:'])
  t.same(texts('中', '：'), ['中：'])
})

t.test('words have their places along the line, and never overlap', async t => {
  const [first, second] = readSteps(steps('a', '_', 'b', ['_', 0.5], '_', 'é', '_', 'a'), alphabet)
  t.ok(first && second)
  t.equal(first?.from, 0)
  t.same(first?.glyphs.map(glyph => glyph.at), [0.5 / 8, 2.5 / 8])
  t.ok((first?.to ?? 9) <= (second?.from ?? 0))
  t.equal(second?.to, 1)
  t.equal(first?.confidence.toFixed(2), '0.90')
})

t.test('an alphabet that does not fit the net is a fault', async t => {
  t.throws(() => readSteps({ data: Float32Array.of(7, 0.9, 0), dims: [1, 3] }, alphabet), { message: 'the recogniser gave class 7, and its alphabet has 7' })
})
