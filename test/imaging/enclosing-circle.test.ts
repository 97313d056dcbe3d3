import t from 'tap'
import { enclosingCircle } from '../../src/imaging/enclosing-circle.js'
import { seededRandom } from './pictures.js'

t.test('few points have the known circle', async t => {
  t.same(enclosingCircle([3, 4]), { x: 3, y: 4, radius: 0 })
  t.same(enclosingCircle([0, 0, 6, 8]), { x: 3, y: 4, radius: 5 })
  t.same(enclosingCircle([0, 0, 2, 0, 4, 0, 8, 0]), { x: 4, y: 0, radius: 4 }, 'points on a line')
  const { x, y, radius } = enclosingCircle([0, 0, 2, 0, 0, 2, 2, 2, 1, 1])
  t.same([x, y], [1, 1])
  t.ok(Math.abs(radius - Math.SQRT2) < 1e-12)
  t.throws(() => enclosingCircle([]), /no points/)
})

t.test('every point lies within, and no smaller circle holds them', async t => {
  const random = seededRandom(7)
  for (let run = 0; run < 40; run++) {
    const points = Array.from({ length: 60 }, () => Math.floor(random() * 40))
    const { x, y, radius } = enclosingCircle(points)
    const distances = Array.from({ length: 30 }, (_, i) => Math.hypot(points[i * 2]! - x, points[i * 2 + 1]! - y))
    t.ok(distances.every(distance => distance <= radius + 1e-9))
    // The smallest circle touches points that do not all lie in one half of it.
    const angles = Array.from({ length: 30 }, (_, i) => i).filter(i => distances[i]! > radius - 1e-6)
      .map(i => Math.atan2(points[i * 2 + 1]! - y, points[i * 2]! - x)).sort((a, b) => a - b)
    const gaps = angles.map((angle, i) => (i === 0 ? angles[angles.length - 1]! - 2 * Math.PI : angles[i - 1]!) - angle).map(Math.abs)
    t.ok(Math.max(...gaps) <= Math.PI + 1e-6)
  }
})
