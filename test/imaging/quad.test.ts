import t from 'tap'
import { type Quad, between, boundsOf, mapQuad, quadHeight, quadWidth, sliceQuad, turnQuad } from '../../src/imaging/quad.js'

const level: Quad = [{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 4, y: 2 }, { x: 0, y: 2 }]

t.test('sides, bounds and parts of a frame', async t => {
  t.equal(quadWidth(level), 4)
  t.equal(quadHeight(level), 2)
  t.same(between({ x: 0, y: 0 }, { x: 4, y: 8 }, 0.25), { x: 1, y: 2 })
  t.same(sliceQuad(level, 0.25, 0.5), [{ x: 1, y: 0 }, { x: 2, y: 0 }, { x: 2, y: 2 }, { x: 1, y: 2 }])
  t.same(boundsOf(mapQuad(level, ({ x, y }) => ({ x: x + 1, y: -y }))), { left: 1, top: -2, right: 5, bottom: 0 })
})

t.test('turning goes to the next corner as the start of reading', async t => {
  t.same(turnQuad(level, 1)[0], { x: 4, y: 0 }, 'text that runs downwards begins at the top right')
  t.same(turnQuad(level, 2)[0], { x: 4, y: 2 }, 'text on its head begins at the bottom right')
  t.same(turnQuad(level, -1)[0], { x: 0, y: 2 })
  t.same(turnQuad(level, 4), level)
})
