import t from 'tap'
import { isEdgeBlend } from '../../src/imaging/edge-blends.js'
import { drawn, picture } from './pictures.js'

const COLORS = { w: [255, 255, 255], p: [255, 170, 170], q: [255, 85, 85], r: [255, 0, 0], g: [0, 160, 0] } as const
const along = (row: string): boolean[] => {
  const image = drawn([row], COLORS)
  return [...row].map((_, x) => isEdgeBlend(image, x, 0))
}
const marks = (row: string): string => along(row).map(blend => blend ? '^' : '.').join('')

t.test('a mixed pixel between two flat regions is a blend', async t => {
  t.equal(marks('wwwwprrrr'), '....^....')
  t.equal(marks('rrrrqwwww'), '....^....')
})

t.test('so are the two of a softer edge', async t => {
  t.equal(marks('wwwwpqrrrr'), '....^^....')
})

t.test('a hard edge has none', async t => {
  t.equal(marks('wwwwwrrrrr'), '..........')
})

t.test('a thin line on one ground is its own colour', async t => {
  t.equal(marks('wwwwrwwww'), '.........')
  t.equal(marks('wwwwrrwwww'), '..........')
})

t.test('a foreign colour between two regions is its own colour', async t => {
  t.equal(marks('wwwwgrrrr'), '.........')
})

t.test('edges are seen above and below as well', async t => {
  const image = drawn([...'wwwwprrrr'], COLORS)
  t.same(Array.from({ length: 9 }, (_, y) => isEdgeBlend(image, 0, y)).indexOf(true), 4)
})

t.test('a gradient has no blends, whatever its direction', async t => {
  const image = picture(40, 40, (x, y) => [x * 3 + y * 3, 120, 255 - x * 3 - y * 3])
  for (let y = 0; y < 40; y++) for (let x = 0; x < 40; x++) if (isEdgeBlend(image, x, y)) t.fail(`at ${x}, ${y}`)
})
