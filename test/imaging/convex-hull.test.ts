import t from 'tap'
import { convexHull, fillHull } from '../../src/imaging/convex-hull.js'

t.test('the hull leaves out what is inside', async t => {
  const hull = convexHull([[0, 0], [4, 0], [2, 1], [4, 3], [0, 3], [1, 2], [2, 0]])
  t.same([...hull].sort(), [[0, 0], [0, 3], [4, 0], [4, 3]])
})

t.test('pixels within the hull are marked, cut at the frame', async t => {
  const rows = (points: ReadonlyArray<readonly [number, number]>, width: number, height: number) => {
    const inside = fillHull(points, width, height)
    return Array.from({ length: height }, (_, y) => inside.slice(y * width, (y + 1) * width).join(''))
  }
  t.same(rows([[1, 1], [3, 1], [3, 2], [1, 2]], 5, 4), ['00000', '01110', '01110', '00000'])
  t.same(rows([[0, 0], [4, 0], [0, 4]], 5, 5), ['11111', '11110', '11100', '11000', '10000'])
  t.same(rows([[-5, -5], [9, -5], [9, 9], [-5, 9]], 3, 2), ['111', '111'])
  t.same(rows([[1, 1], [2, 2]], 3, 2), ['000', '000'], 'a line has no inside')
  t.same(rows([], 2, 1), ['00'])
})
