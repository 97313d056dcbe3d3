import t from 'tap'
import { canCarryAccents, fusePrint, isUndecided, lettersOf } from '../../../src/engines/text/fusion.js'
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

const NONE: Transcript = []
const texts = (general: Transcript, latin: Transcript, tesseract: Transcript): string[] => fusePrint({ general, latin, tesseract }).map(word => word.text)

t.test('where they agree on the letters, accents come from whoever saw them and all else from the general net', async t => {
  t.same(texts(line(['Musee', 0.99], ['du', 0.99]), line(['Musée', 0.9], ['du', 0.9]), NONE), ['Musée', 'du'])
  t.same(texts(line(['Musee', 0.99], ['du', 0.99]), NONE, line(['Musée', 0.9], ['du', 0.9])), ['Musée', 'du'])
  t.same(texts(line(['brulee', 0.99]), line(['brulée', 0.9]), line(['brûlee', 0.9])), ['brûlée'], 'each letter from its own')
  t.same(texts(line(['chene', 0.99]), line(['chène', 0.9]), line(['chêne', 0.9])), ['chêne'], 'Tesseract knows which accent')
  t.same(texts(line(['THEATRE,', 0.99]), line(['Théâtre.', 0.9]), NONE), ['THÉÂTRE,'], 'case and marks stay')
  t.same(texts(line(['LoUVRE', 0.9]), line(['Louvre', 0.7]), line(['LOUVRE', 0.9])), ['LOUVRE'], 'but for cases that are mixed')
  t.same(texts(line(['AEON', 0.99]), line(['AËON', 0.5]), NONE), ['AEON'], 'and what is unsure')
  t.same(texts(line(['coeur', 0.9]), line(['cœur', 0.9]), NONE), ['coeur'], 'letters that are counted otherwise stay')
})

t.test('agreement with Tesseract makes sure, that of the two nets does not', async t => {
  t.equal(fusePrint({ general: line(['word', 0.5]), latin: NONE, tesseract: line(['Word', 0.6]) })[0]?.confidence, 0.9)
  t.equal(fusePrint({ general: line(['word', 0.5]), latin: line(['Word', 0.6]), tesseract: NONE })[0]?.confidence, 0.5)
  t.equal(fusePrint({ general: line(['.', 0.5]), latin: NONE, tesseract: line([',', 0.6]) })[0]?.confidence, 0.5, 'and marks alone make nothing sure')
})

t.test('where they differ, two against one win, then the general net when it is sure, then who is', async t => {
  t.same(texts(line(['Tab1e', 0.93]), line(['Table', 0.98]), line(['Table', 0.9])), ['Table'])
  t.same(texts(line(['cat', 0.9]), line(['cut', 0.95]), line(['cot', 0.95])), ['cat'])
  t.same(texts(line(['cat', 0.6]), line(['cut', 0.95]), line(['cot', 0.95])), ['cut'])
  t.same(texts(line(['cat', 0.6]), line(['cut', 0.7]), line(['cot', 0.95])), ['cot'])
  t.same(texts(line(['cat', 0.6]), line(['cut', 0.6]), line(['cot', 0.6])), ['cat'])
  t.same(texts(line(['cat', 0.6]), line(['cut', 0.6]), line(['cut', 0.6])), ['cat'], 'a pair that is unsure wins nothing')
})

t.test('spaces come from the net that has learnt them, else from a sure Tesseract that sees more', async t => {
  t.same(texts(line(['suppl', 0.99], ['ies:', 0.99]), line(['supplies:', 0.95]), NONE), ['supplies:'])
  t.same(texts(line(['SERIKEMBANGAN', 0.99]), line(['SERI', 0.9], ['KEMBANGAN', 0.9]), NONE), ['SERI', 'KEMBANGAN'])
  t.same(texts(line(['SERIKEMBANGAN', 0.99]), line(['SERI', 0.9], ['KEMBANGAN', 0.4]), NONE), ['SERIKEMBANGAN'], 'if it is sure')
  t.same(texts(line(['SERIKEMBANGAN', 0.99]), NONE, line(['SERI', 0.9], ['KEMBANGAN', 0.9])), ['SERI', 'KEMBANGAN'])
  t.same(texts(line(['a', 0.99], ['b', 0.99]), NONE, line(['ab', 0.99])), ['a', 'b'])
})

t.test('what one alone has seen counts when it is sure and no dirt', async t => {
  t.same(texts(NONE, NONE, line(['those', 0.95])), ['those'])
  t.same(texts(NONE, line(['those', 0.95]), NONE), ['those'])
  t.same(texts(NONE, NONE, line(['those', 0.8], ['|', 0.99])), [])
})

t.test('letters are compared without accents, case and marks', async t => {
  t.equal(lettersOf('Ça, l’Été: 3€'), 'calete3')
  t.ok(canCarryAccents('Theatre'))
  t.notOk(canCarryAccents('15.30 %'))
})

t.test('a third reader is asked where it can change something', async t => {
  t.notOk(isUndecided(line(['Ca', 0.9], ['va', 0.9]), line(['Çà', 0.9], ['va!', 0.9])), 'both agree and the general net is sure')
  t.ok(isUndecided(line(['Ca', 0.9], ['va', 0.7]), line(['Ca', 0.9], ['va', 0.9])), 'it is unsure')
  t.ok(isUndecided(line(['Ca', 0.9]), line(['Co', 0.7])), 'with Tesseract beside it the other would win')
  t.notOk(isUndecided(line(['Ca', 0.9]), line(['Co', 0.5])), 'but not from there')
  t.ok(isUndecided(line(['Ca', 0.5]), line(['Ca', 0.5])), 'unsure of the same')
  t.notOk(isUndecided(line(['Ca', 0.4]), line(['Co', 0.4])), 'neither can read it')
})

t.test('accents that Tesseract is unsure of are taken in languages that have them', async t => {
  const readings = { general: line(['brulee', 0.95]), latin: line(['brulée', 0.88]), tesseract: line(['brûlée', 0.6]) }
  t.equal(fusePrint(readings, true).map(word => word.text).join(' '), 'brûlée')
  t.equal(fusePrint(readings).map(word => word.text).join(' '), 'brulée')
})
