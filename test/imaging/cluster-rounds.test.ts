import t from 'tap'
import { assign, blankAssignment, costOf, refine } from '../../src/imaging/cluster-rounds.js'
import { seededRandom } from './pictures.js'

t.test('the cost is the distance to the power of 1.5', async t => {
  t.equal(costOf(16), 8)
  t.equal(costOf(0), 0)
})

t.test('every point goes to its nearest centre, whatever it had before', async t => {
  const random = seededRandom(4)
  const size = 200
  const coordinates = Float64Array.from({ length: size * 3 }, () => random() * 100)
  const centers = Float64Array.from({ length: 24 }, () => random() * 100)
  const assignment = blankAssignment(size)
  assignment.labels.forEach((_, i, labels) => { labels[i] = Math.floor(random() * 8) })
  assign({ size, coordinates, weights: new Float64Array(size).fill(1) }, centers, assignment)
  for (let point = 0; point < size; point++) {
    const squares = Array.from({ length: 8 }, (_, center) =>
      [0, 1, 2].reduce((sum, axis) => sum + ((coordinates[point * 3 + axis] ?? 0) - (centers[center * 3 + axis] ?? 0)) ** 2, 0))
    if (squares.indexOf(Math.min(...squares)) !== assignment.labels[point]) t.fail(`point ${point}`)
  }
})

t.test('rounds lower the cost and leave the given centres alone', async t => {
  const points = { size: 4, coordinates: Float64Array.of(0, 0, 0, 4, 0, 0, 30, 0, 0, 34, 0, 0), weights: Float64Array.of(1, 1, 1, 1) }
  const start = Float64Array.of(0, 0, 0, 4, 0, 0)
  const before = refine(points, start, 0)
  const after = refine(points, start, 8)
  t.ok(after.assignment.cost < before.assignment.cost)
  t.same([...start], [0, 0, 0, 4, 0, 0])
  t.same([...after.assignment.labels], [0, 0, 1, 1])
})
