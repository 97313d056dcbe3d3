import t from 'tap'
import { poolPoints, squareTo } from '../../src/imaging/weighted-points.js'

const points = {
  size: 3,
  coordinates: Float64Array.of(1, 1, -1, 3, 1, -1, 7, -1, -1),
  weights: Float64Array.of(1, 3, 2)
}

t.test('points in one cube become one at their weighted mean', async t => {
  const { size, coordinates, weights } = poolPoints(points, 5)
  t.equal(size, 2)
  t.same([...coordinates], [2.5, 1, -1, 7, -1, -1])
  t.same([...weights], [4, 2])
})

t.test('small cubes change nothing', async t => {
  t.same(poolPoints(points, 1), points)
})

t.test('squared distances are those of the ruler', async t => {
  t.equal(squareTo(points, 2, 4, 3, -1), 25)
})
