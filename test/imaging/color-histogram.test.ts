import t from 'tap'
import { countColors, type ColorHistogram } from '../../src/imaging/color-histogram.js'
import { drawn, picture } from './pictures.js'

const rows = ({ colors, weights, exactWeights }: ColorHistogram): Array<[string, number, number]> =>
  [...colors].map((color, i) => [color.toString(16).padStart(6, '0'), weights[i] ?? NaN, exactWeights[i] ?? NaN])

t.test('each colour counts its pixels, in order of sight', async t => {
  const image = drawn(['rrb', 'rbb'], { r: [255, 0, 0], b: [0, 0, 255] })
  t.same(rows(countColors(image, 100)), [['ff0000', 3, 3], ['0000ff', 3, 3]])
})

t.test('near colours share a cell, which has the colour of most of it', async t => {
  const image = drawn(['abaca'], { a: [200, 100, 50], b: [201, 101, 51], c: [203, 103, 53] })
  t.same(rows(countColors(image, 100)), [['c86432', 5, 3]])
})

t.test('where no colour has most of a cell, the cell has the mean', async t => {
  const image = drawn(['abcd'], { a: [200, 96, 48], b: [202, 98, 50], c: [204, 100, 52], d: [206, 102, 54] })
  t.same(rows(countColors(image, 100)), [['cb6333', 4, 0]])
})

t.test('pixels count by their alpha, all but invisible ones not at all', async t => {
  const image = drawn(['oth'], { o: [255, 0, 0, 255], t: [0, 255, 0, 51], h: [0, 0, 255, 15] })
  t.same(rows(countColors(image, 100)), [['ff0000', 1, 1], ['00ff00', 0.2, 0.2]])
})

t.test('a transparent picture has no colours', async t => {
  t.equal(countColors(picture(4, 4, () => [10, 20, 30, 0]), 100).size, 0)
})

t.test('few samples still see stripes and checks of single pixels evenly', async t => {
  const patterns = { across: (_: number, y: number) => y, down: (x: number) => x, checks: (x: number, y: number) => x + y }
  for (const [name, at] of Object.entries(patterns)) {
    const image = picture(200, 200, (x, y) => at(x, y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0])
    const { size, weights } = countColors(image, 10_000)
    t.equal(size, 2, name)
    const [first = 0, second = 0] = weights
    t.ok(Math.abs(first / (first + second) - 0.5) < 0.02, `${name}: ${first} and ${second}`)
  }
})

t.test('pictures of a single row or column can be sampled', async t => {
  for (const [width, height] of [[5000, 1], [1, 5000]] as const) {
    const { weights } = countColors(picture(width, height, () => [1, 2, 3]), 500)
    t.ok(Math.abs((weights[0] ?? 0) - 500) < 25, `${weights[0]} samples`)
  }
})

t.test('the mixed colours along the edges of flat regions do not count', async t => {
  const image = picture(41, 10, x => x < 20 ? [255, 255, 255] : x === 20 ? [255, 128, 128] : [255, 0, 0])
  t.same(rows(countColors(image, 1000)), [['ffffff', 200, 200], ['ff0000', 200, 200]])
})
