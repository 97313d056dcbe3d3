import t from 'tap'
import { directLines, quartersOf, turnOf } from '../../../src/engines/text/direction.js'
import type { NetReading } from '../../../src/engines/text/line-recogniser.js'
import { type Quad, turnQuad } from '../../../src/imaging/quad.js'

const line = (y: number, width: number): Quad => [{ x: 0, y }, { x: width, y }, { x: width, y: y + 10 }, { x: 0, y: y + 10 }]
const isUpright = ([topLeft, topRight]: Quad): boolean => topRight.x > topLeft.x
const reading = (confidence: number): NetReading => ({ general: [{ text: 'ab', confidence, glyphs: [{ text: 'a', confidence, at: 0 }, { text: 'b', confidence, at: 1 }], from: 0, to: 1 }], latin: [] })

/** Reads upright frames as surely as `upright` says, others as `turned`; keeps what it was asked. */
function reader (upright: number, turned: number): { read: (quads: readonly Quad[]) => Promise<NetReading[]>, asked: Quad[] } {
  const asked: Quad[] = []
  return { asked, read: async quads => quads.map(quad => { asked.push(quad); return reading(isUpright(quad) ? upright : turned) }) }
}

const lines = Array.from({ length: 20 }, (_, index) => line(20 * index, 50 + index))

t.test('what is read surely stays as it is, after a few of the longest lines', async t => {
  const { read, asked } = reader(0.95, 0.99)
  const { quads, known } = await directLines(lines, read)
  t.same(quads, lines)
  t.same(new Set(asked), new Set(lines.slice(-6)))
  t.same(new Set(known.keys()), new Set(asked), 'and those need not be read again')
})

t.test('what is read better on its head is turned, all of it', async t => {
  const { read, asked } = reader(0.5, 0.9)
  const { quads, known } = await directLines(lines, read)
  t.same(quads, lines.map(quad => turnQuad(quad, 2)))
  t.equal(asked.length, 12)
  t.ok(quads.filter(quad => known.has(quad)).length === 6)
})

t.test('the other way has to be clearly better, and no lines are nothing', async t => {
  t.same((await directLines(lines, reader(0.5, 0.51).read)).quads, lines)
  t.same((await directLines([], reader(0.5, 0.9).read)).quads, [])
})

t.test('a picture is turned as a whole where nearly all of its text runs another way', async t => {
  const turned = (quarters: number): Quad[] => lines.map(([a, b, c, d]) => [a, b, c, d].map(({ x, y }) => {
    const [cos, sin] = [[1, 0], [0, 1], [-1, 0], [0, -1]][quarters] as [number, number]
    return { x: x * cos - y * sin, y: x * sin + y * cos }
  }) as unknown as Quad)
  t.same([0, 1, 2, 3].map(quarters => turnOf(turned(quarters))), [0, 3, 2, 1])
  t.equal(turnOf([...turned(1), ...lines.slice(0, 10)]), 0, 'not where much of it does not')
  t.equal(turnOf([]), 0)
  t.equal(quartersOf(turned(3).map(quad => ({ quad, length: 5 }))), 3)
})
