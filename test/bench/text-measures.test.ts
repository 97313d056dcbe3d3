import t from 'tap'

type Corners = Array<[number, number]>
interface Counts { hits: number, wrong: number, missed: number }
interface Measures {
  centreInside (quad: Corners, frame: Corners): boolean
  characterErrors (found: string, expected: string): number
  compareBags (found: string[], expected: string[]): Counts
  overlapOf (first: Corners, second: Corners): number
  plainWord (word: string): string
  precisionRecall (counts: Counts[]): { precision: number, recall: number, f1: number }
  splitWords (text: string): string[]
}

const measures = await import(new URL('../../bench/eval/measures/text.mjs', import.meta.url).href) as Measures
const { centreInside, characterErrors, compareBags, overlapOf, plainWord, precisionRecall, splitWords } = measures
const square = (x: number, y: number, side = 2): Corners => [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]

t.test('quadrilaterals overlap by their shared area, whatever way round', async t => {
  t.equal(overlapOf(square(0, 0), square(0, 0)), 1)
  t.equal(overlapOf(square(0, 0), square(1, 0)), 1 / 3)
  t.equal(overlapOf(square(0, 0), square(1, 0).reverse()), 1 / 3)
  t.equal(overlapOf(square(0, 0), square(9, 9)), 0)
  t.equal(overlapOf(square(0, 0), [[1, 0], [2, 1], [1, 2], [0, 1]]), 0.5, 'a lozenge inside a square')
  t.ok(centreInside(square(0.5, 0.5, 1), square(0, 0)))
  t.notOk(centreInside(square(3, 3), square(0, 0)))
})

t.test('bags count each word as often as it stands there', async t => {
  t.same(compareBags(['a', 'a', 'b'], ['a', 'b', 'c']), { hits: 2, wrong: 1, missed: 1 })
  t.same(precisionRecall([{ hits: 2, wrong: 0, missed: 2 }, { hits: 1, wrong: 1, missed: 1 }]), { precision: 0.75, recall: 0.5, f1: 0.6 })
  t.same(precisionRecall([]), { precision: 0, recall: 0, f1: 0 })
})

t.test('words are compared in any case and without marks at their ends', async t => {
  t.equal(plainWord('(Déjà-Vu!)'), 'déjà-vu')
  t.same(splitWords(' One, — two\n'), ['one', 'two'])
})

t.test('character errors are edits over the length, white space made single', async t => {
  t.equal(characterErrors('a  b\nc', 'a b c'), 0)
  t.equal(characterErrors('abx', 'abcd'), 0.5)
  t.equal(characterErrors('', 'ab'), 1)
})
