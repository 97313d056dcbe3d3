import t from 'tap'
import { canCarryAccents, fuse, lettersOf } from '../../../src/engines/text/fusion.js'
import type { ReadWord, Transcript } from '../../../src/engines/text/transcript.js'

// Words side by side, each with its confidence; every character is as wide as the next.
function line (...words: ReadonlyArray<readonly [string, number]>): Transcript {
  const length = words.reduce((sum, [text]) => sum + text.length + 1, -1)
  let at = 0
  return words.map(([text, confidence]): ReadWord => {
    const from = at / length
    const glyphs = [...text].map((character, index) => ({ text: character, confidence, at: (at + index + 0.5) / length }))
    at += text.length + 1
    return { text, confidence, glyphs, from, to: (at - 1) / length }
  })
}

const texts = (first: Transcript, second: Transcript): string[] => fuse(first, second).map(word => word.text)

t.test('where both agree on the letters, accents come from the second and all else from the first', async t => {
  t.same(texts(line(['Musee', 0.99], ['du', 0.99]), line(['Musée', 0.9], ['du', 0.9])), ['Musée', 'du'])
  t.same(texts(line(['THEATRE,', 0.99]), line(['Théâtre.', 0.9])), ['THÉÂTRE,'])
  t.same(texts(line(['AEON', 0.99]), line(['AËON', 0.5])), ['AEON'], 'unless it is unsure')
  t.same(texts(line(['coeur', 0.9]), line(['cœur', 0.9])), ['coeur'], 'letters that are counted otherwise stay')
})

t.test('agreement makes sure', async t => {
  t.equal(fuse(line(['word', 0.5]), line(['Word', 0.6]))[0]?.confidence, 0.9)
  t.equal(fuse(line(['.', 0.5]), line([',', 0.6]))[0]?.confidence, 0.5, 'but not on marks alone')
})

t.test('where they differ the first is believed when it is sure, then the second when that is, else the first', async t => {
  t.same(texts(line(['cat', 0.9]), line(['cut', 0.95])), ['cat'])
  t.same(texts(line(['cat', 0.6]), line(['cut', 0.95])), ['cut'])
  t.same(texts(line(['cat', 0.6]), line(['cut', 0.6])), ['cat'])
})

t.test('spaces that the first has lost come from a sure second', async t => {
  t.same(texts(line(['SERIKEMBANGAN', 0.99]), line(['SERI', 0.9], ['KEMBANGAN', 0.9])), ['SERI', 'KEMBANGAN'])
  t.same(texts(line(['SERIKEMBANGAN', 0.99]), line(['SERI', 0.9], ['KEMBANGAN', 0.4])), ['SERIKEMBANGAN'])
})

t.test('what the second alone has seen counts when it is sure and no dirt', async t => {
  t.same(texts([], line(['those', 0.95])), ['those'])
  t.same(texts([], line(['those', 0.8], ['|', 0.99])), [])
})

t.test('letters are compared without accents, case and marks', async t => {
  t.equal(lettersOf('Ça, l’Été: 3€'), 'calete3')
  t.ok(canCarryAccents('Theatre'))
  t.notOk(canCarryAccents('15.30 %'))
})
