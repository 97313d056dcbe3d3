import t from 'tap'
import { readFileSync } from 'node:fs'
import { alignText, searchBeam } from '../../../src/engines/text/beam-search.js'
import { readWithPrior } from '../../../src/engines/text/ctc.js'
import { parsePrior } from '../../../src/engines/text/language-prior.js'
import { parseAlphabet } from '../../../src/engines/text/line-recogniser.js'
import { ROOT } from '../../places.js'

const FOLDER = `${ROOT}models/text-recognizer/`
const alphabet = parseAlphabet(readFileSync(`${FOLDER}charset.txt`, 'utf8'), 'listed', 0.3)
const prior = parsePrior(readFileSync(`${FOLDER}prior.bin`))
const classes = alphabet.characters.length
const classOf = (character: string): number => alphabet.characters.indexOf(character)

/** Three steps a letter: two of the letter, with another one that is likelier where they differ, and a blank. */
function steps (text: string, likelier: string): Float32Array {
  const data = new Float32Array(3 * text.length * classes).fill(1e-4)
  for (const [index, letter] of [...text].entries()) {
    const other = likelier[index] ?? letter
    for (let step = 0; step < 3; step++) {
      const offset = (3 * index + step) * classes
      data[offset] = step === 2 ? 0.9 : 0.1
      if (step === 2) continue
      data[offset + classOf(letter)] = letter === other ? 0.85 : 0.35
      if (letter !== other) data[offset + classOf(other)] = 0.5
    }
  }
  for (let offset = 0; offset < data.length; offset += classes) {
    const step = data.subarray(offset, offset + classes)
    const sum = step.reduce((sum, value) => sum + value, 0)
    for (const [index, value] of step.entries()) step[index] = value / sum
  }
  return data
}

// Made with models/text-recognizer/training/prior.py and decode.py (log_probability, beam_search with a beam of 8).
t.test('chances are those of the reference', async t => {
  for (const [before, symbol, expected] of [
    ['', 'B', -4.548778], ['bonjou', 'r', -0.909756], ['the ', 'z', -6.758185], ['é', 'é', -9.617417], ['crème br', 'û', -9.357487]
  ] as const) {
    const context = [...before].reduce((context, character) => prior.after(context, classOf(character)), 0)
    t.ok(Math.abs(prior.logProbability(context, classOf(symbol)) - expected) < 1e-5, `${symbol} after ${before}`)
  }
})

t.test('without a prior the likeliest letters are read, with it the likeliest text', async t => {
  const data = steps('bonjour le monde', 'donjaur te nonbe')
  const read = (weight: number, bonus: number): string => searchBeam(data, classes, { prior, weight, bonus }).map(index => alphabet.characters[index]).join('')
  t.equal(read(0, 0), 'donjaur te nonbe')
  t.equal(read(0.35, 1.2), 'bonjour le monde')
})

t.test('words have their places and their confidences', async t => {
  const words = readWithPrior({ data: steps('le mot', 'le mot'), dims: [1, 18, classes] }, alphabet, { prior, weight: 0.35, bonus: 1.2 })
  t.same(words.map(({ text }) => text), ['le', 'mot'])
  t.same(words.map(({ glyphs }) => glyphs.map(({ at }) => Math.round(at * 18))), [[1, 4], [10, 13, 16]])
  t.ok(words.every(({ confidence }) => Math.abs(confidence - 0.85 / (0.95 + 1e-4 * (classes - 2))) < 1e-3))
  t.same(readWithPrior({ data: new Float32Array(0), dims: [1, 0, classes] }, alphabet, { prior, weight: 0.35, bonus: 1.2 }), [], 'nothing is nothing')
})

t.test('a text is laid along its steps, twice the same letter with a blank between', async t => {
  const [blank, a] = [[0.8, 0.2], [0.1, 0.9]]
  const data = Float32Array.from([blank, a, a, blank, a].flat() as number[])
  t.same(alignText(data, 2, [1, 1]).map(({ first, last }) => [first, last]), [[1, 2], [4, 4]])
  t.same(alignText(data.subarray(0, 4), 2, [1, 1]), [], 'unless there is no room')
})

t.test('a file that is no prior is a fault', async t => {
  t.throws(() => parsePrior(Buffer.from('something else')), { message: 'the file holds no prior' })
  t.throws(() => parsePrior(readFileSync(`${FOLDER}prior.bin`).subarray(0, 700_000)), { message: /^the prior has 700000 bytes/ })
})
