import t from 'tap'
import { layOut } from '../../../src/engines/text/layout.js'
import type { TextLine } from '../../../src/engines/text/page.js'
import type { Point, Quad } from '../../../src/imaging/quad.js'

type Place = readonly [text: string, x: number, y: number, width: number, height?: number]

function lineAt ([text, x, y, width, height = 10]: Place, map: (point: Point) => Point = point => point): TextLine {
  const quad: Quad = [map({ x, y }), map({ x: x + width, y }), map({ x: x + width, y: y + height }), map({ x, y: y + height })]
  return { quad, words: [{ text, confidence: 1, glyphs: [], from: 0, to: 1, quad }] }
}

const order = (places: readonly Place[], map?: (point: Point) => Point, quarters = 0): string[][] =>
  layOut(places.map(place => lineAt(place, map)), quarters).map(({ lines }) => lines.map(line => line.words.map(word => word.text).join(' ')))

const COLUMNS: readonly Place[] = [
  ['title', 0, 0, 330],
  ...[0, 1, 2, 3, 4].flatMap((row): Place[] => [[`left${row}`, 0, 40 + 14 * row, 150], [`right${row}`, 170, 41 + 14 * row, 150]]),
  ['foot', 0, 140, 330]
]
const COLUMNS_READ = [['title'], ['left0', 'left1', 'left2', 'left3', 'left4'], ['right0', 'right1', 'right2', 'right3', 'right4'], ['foot']]

t.test('columns are read one after the other, between what spans them', async t => {
  t.same(order(COLUMNS), COLUMNS_READ)
  t.same(order([...COLUMNS].reverse()), COLUMNS_READ, 'whatever the order in which they were found')
})

t.test('a page that lies on its side or on its head is read as its reader holds it', async t => {
  t.same(order(COLUMNS, ({ x, y }) => ({ x: 400 - y, y: x }), 1), COLUMNS_READ)
  t.same(order(COLUMNS, ({ x, y }) => ({ x: 400 - x, y: 400 - y }), 2), COLUMNS_READ)
  t.same(order(COLUMNS, ({ x, y }) => ({ x: y, y: 400 - x }), 3), COLUMNS_READ)
})

t.test('a slanted page is read along its slant', async t => {
  const slant = (degrees: number) => ({ x, y }: Point): Point => {
    const angle = degrees * Math.PI / 180
    return { x: x * Math.cos(angle) - y * Math.sin(angle), y: x * Math.sin(angle) + y * Math.cos(angle) }
  }
  for (const degrees of [-12, 5, 20]) t.same(order(COLUMNS, slant(degrees)), COLUMNS_READ, `${degrees} degrees`)
})

t.test('rows of a receipt are lines, however wide the gap', async t => {
  t.same(order([['Total', 0, 0, 40], ['159.00', 200, 1, 40], ['Cash', 0, 14, 40], ['200.00', 200, 15, 40]]).flat(), ['Total 159.00', 'Cash 200.00'])
})

t.test('pieces of one line are joined, text of another size beside it is not', async t => {
  t.same(order([['hello', 0, 0, 100], ['world', 105, 1, 100]]), [['hello world']])
  t.same(order([['BIG', 0, 0, 100, 40], ['small', 110, 15, 60]]).flat().length, 2)
})

t.test('nothing is nothing', async t => t.same(layOut([], 0), []))
