import t from 'tap'
import { fromHalf, toHalf } from '../../src/runtime/half-float.js'

t.test('every finite half-precision number survives the way there and back', async t => {
  const wrong: number[] = []
  for (let half = 0; half < 0x10000; half++) {
    if ((half & 0x7c00) !== 0x7c00 && toHalf(fromHalf(half)) !== half && half !== 0x8000) wrong.push(half)
  }
  t.same(wrong, [])
})

t.test('rounds to the nearest, ties to the even one, and overflows to infinity', async t => {
  t.equal(fromHalf(toHalf(1 + 1 / 2048)), 1)
  t.equal(fromHalf(toHalf(1 + 3 / 2048)), 1 + 2 / 1024)
  t.equal(fromHalf(toHalf(2047.9)), 2048)
  t.equal(fromHalf(toHalf(65504)), 65504)
  t.equal(fromHalf(toHalf(65520)), Infinity)
  t.equal(fromHalf(toHalf(-1e6)), -Infinity)
  t.equal(fromHalf(toHalf(2 ** -25)), 0)
  t.equal(fromHalf(toHalf(1.5 * 2 ** -24)), 2 ** -23)
  t.ok(Number.isNaN(fromHalf(toHalf(NaN))))
})
