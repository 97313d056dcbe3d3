import t from 'tap'
import { type InterestMap, blurMap, peakNormalized, quantile, resizeMap, spreadMap } from '../../src/imaging/interest-map.js'

const mapOf = (width: number, ...values: number[]): InterestMap => ({ values: Float32Array.from(values), width, height: values.length / width })

t.test('the greatest value becomes 1, and nothing stays nothing', async t => {
  t.same([...peakNormalized(mapOf(2, 0, 1, 2, 4)).values], [0, 0.25, 0.5, 1])
  t.same([...peakNormalized(mapOf(2, 0, 0)).values], [0, 0])
})

t.test('a quantile is the value of the nearest rank', async t => {
  const values = Float32Array.of(5, 1, 3, 2, 4)
  t.same([0, 0.25, 0.5, 1].map(share => quantile(values, share)), [1, 2, 3, 5])
  t.same([...values], [5, 1, 3, 2, 4], 'the values keep their order')
  t.equal(quantile(new Float32Array(0), 0.5), 0)
})

t.test('spreading clips at the quantiles, bends between them and keeps the greatest value', async t => {
  const spread = spreadMap(mapOf(5, 0, 0.1, 0.2, 0.3, 0.8), { low: 0.25, high: 0.75, power: 1 })
  for (const [i, value] of [0, 0, 0.4, 0.8, 0.8].entries()) t.ok(Math.abs(spread.values[i]! - value) < 1e-6, `value ${i}`)
  const bent = spreadMap(mapOf(3, 0, 0.25, 1), { low: 0, high: 1, power: 0.5 })
  t.same([...bent.values], [0, 0.5, 1])
  t.same([...spreadMap(mapOf(2, 0.5, 0.5), { low: 0, high: 1, power: 1 }).values], [0, 0], 'a map of one value has nothing to show')
})

t.test('resizing keeps a constant, the same size, and a straight slope', async t => {
  t.ok([...resizeMap(mapOf(2, 3, 3, 3, 3), 5, 7).values].every(value => Math.abs(value - 3) < 1e-6))
  const map = mapOf(2, 1, 2, 3, 4)
  t.equal(resizeMap(map, 2, 2), map)
  const slope = resizeMap(mapOf(6, 0, 1, 2, 3, 4, 5), 12, 1).values
  for (let i = 3; i < 9; i++) t.ok(Math.abs(slope[i]! - (i / 2 - 0.25)) < 1e-6, `pixel ${i}`)
  t.ok([...resizeMap(mapOf(5, 0, 0, 9, 0, 0), 40, 1).values].every(value => value >= 0), 'the curve never swings below 0')
})

t.test('a blur keeps the mean of a map and spreads a spot evenly', async t => {
  const spot = mapOf(9, ...Array.from({ length: 81 }, (_, i) => i === 40 ? 1 : 0))
  const { values } = blurMap(spot, 1)
  t.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-5)
  t.ok(Math.abs(values[40]! - 1 / (2 * Math.PI)) < 0.003)
  for (const [a, b] of [[39, 41], [31, 49], [39, 31]] as const) t.ok(Math.abs(values[a]! - values[b]!) < 1e-7)
})
