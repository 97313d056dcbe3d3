import t from 'tap'
import { convexHull, cornersOf, meanInside, minAreaRectangle, uprightRectangle } from '../../src/imaging/min-area-rectangle.js'

const near = (a: number, b: number, tolerance = 1e-6): boolean => Math.abs(a - b) <= tolerance

// Corners of a rectangle at an angle, and points inside it, sorted as the hull wants them.
function pointsOf (width: number, height: number, degrees: number): Float64Array {
  const angle = degrees * Math.PI / 180
  const points: Array<[number, number]> = []
  for (let u = 0; u <= 10; u++) {
    for (let v = 0; v <= 4; v++) {
      const x = (u / 10 - 0.5) * width
      const y = (v / 4 - 0.5) * height
      points.push([50 + x * Math.cos(angle) - y * Math.sin(angle), 40 + x * Math.sin(angle) + y * Math.cos(angle)])
    }
  }
  return Float64Array.from(points.sort((a, b) => a[1] - b[1] || a[0] - b[0]).flat())
}

t.test('the hull leaves out what lies inside', async t => {
  t.same([...convexHull([0, 0, 4, 0, 2, 1, 0, 4, 4, 4])], [0, 0, 4, 0, 4, 4, 0, 4])
  t.same([...convexHull([3, 5])], [3, 5])
})

t.test('a rectangle is found at any angle, with its long side along the text', async t => {
  for (const degrees of [0, 7, 30, -40, 44]) {
    const found = uprightRectangle(minAreaRectangle(convexHull(pointsOf(60, 12, degrees))))
    t.ok(near(found.width, 60, 1e-3) && near(found.height, 12, 1e-3), `${degrees}: ${found.width} x ${found.height}`)
    t.ok(near(found.centre.x, 50, 1e-3) && near(found.centre.y, 40, 1e-3))
    t.ok(near(Math.atan2(found.along.y, found.along.x) * 180 / Math.PI, degrees, 1e-3))
    const [topLeft, topRight, , bottomLeft] = cornersOf(found)
    t.ok(topRight.x > topLeft.x && bottomLeft.y > topLeft.y)
  }
  const steep = uprightRectangle(minAreaRectangle(convexHull(pointsOf(60, 12, 80))))
  t.ok(steep.height > steep.width, 'steeper than 45 degrees the height is the longer side')
})

t.test('points on one line, and a single one, have no area and break nothing', async t => {
  const flat = minAreaRectangle(convexHull([0, 0, 1, 0, 5, 0]))
  t.equal(flat.width * flat.height, 0)
  t.same(minAreaRectangle(convexHull([2, 3])), { centre: { x: 2, y: 3 }, along: { x: 1, y: 0 }, width: 0, height: 0 })
})

t.test('the mean inside counts the cells whose centres lie in the frame', async t => {
  const map = Float32Array.of(0, 0, 0, 0, 0, 1, 0.5, 0, 0, 0, 0, 0)
  t.equal(meanInside(map, 4, 3, [{ x: 1, y: 1 }, { x: 2, y: 1 }, { x: 2, y: 1 }, { x: 1, y: 1 }]), 0.75)
  t.equal(meanInside(map, 4, 3, [{ x: 9, y: 9 }, { x: 10, y: 9 }, { x: 10, y: 10 }, { x: 9, y: 10 }]), 0)
})
