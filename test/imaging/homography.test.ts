import t from 'tap'
import { areaScale, compose, cornersOf, identity, invert, normalized, project, scaling, toPixels, toShares } from '../../src/imaging/homography.js'

const bent = Float64Array.of(1.2, 0.1, 5, -0.2, 0.9, 7, 0.0004, -0.0002, 1)

function near (t: { ok: (value: boolean, name: string) => void }, [x, y]: readonly [number, number], [u, v]: readonly [number, number], limit = 1e-9): void {
  t.ok(Math.hypot(x - u, y - v) < limit, `${x}, ${y} is ${u}, ${v}`)
}

t.test('the inverse leads back, and composing is doing one after the other', async t => {
  const back = invert(bent)
  t.ok(back)
  if (back === undefined) return
  near(t, project(back, ...project(bent, 30, 40)), [30, 40])
  near(t, project(compose(back, bent), 11, 12), [11, 12])
  near(t, project(compose(bent, scaling(2, 3, 1, 1)), 5, 6), project(bent, 11, 19))
  t.equal(invert(Float64Array.of(1, 2, 3, 2, 4, 6, 0, 0, 1)), undefined, 'a map onto a line has none')
  near(t, project(identity(), 3, 4), [3, 4])
})

t.test('the last coefficient is made 1 where that is possible', async t => {
  t.equal(normalized(bent.map(value => 3 * value))?.[8], 1)
  t.equal(normalized(Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 0)), undefined)
})

t.test('shares of the sides and pixels', async t => {
  near(t, project(toShares(200, 100), -0.5, -0.5), [0, 0])
  near(t, project(toShares(200, 100), 199.5, 99.5), [1, 1])
  near(t, project(toPixels(200, 100), ...project(toShares(200, 100), 17, 4)), [17, 4])
  t.same(cornersOf({ width: 4, height: 2 }), [[-0.5, -0.5], [3.5, -0.5], [3.5, 1.5], [-0.5, 1.5]])
})

t.test('the change of area, negative for a mirror', async t => {
  t.equal(areaScale(scaling(2, 3), 5, 5), 6)
  t.equal(areaScale(scaling(-2, 3), 5, 5), -6)
  const [d, at] = [1e-4, [30, 40] as const]
  const [o, a, b] = [project(bent, ...at), project(bent, at[0] + d, at[1]), project(bent, at[0], at[1] + d)]
  const area = ((a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])) / (d * d)
  t.ok(Math.abs(areaScale(bent, ...at) - area) < 1e-3)
})
