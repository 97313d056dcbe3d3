import t from 'tap'
import { apportionPercent } from '../../src/imaging/apportion.js'

t.test('shares become whole percents', async t => {
  t.same(apportionPercent([1]), [100])
  t.same(apportionPercent([0.5, 0.5]), [50, 50])
  t.same(apportionPercent([3, 1]), [75, 25], 'in any unit')
})

t.test('what is left after rounding down goes to the largest remainders', async t => {
  t.same(apportionPercent([0.476, 0.336, 0.188]), [47, 34, 19])
  t.same(apportionPercent([0.404, 0.404, 0.192]), [41, 40, 19], 'the earlier of equal ones first')
  t.same(apportionPercent([1, 1, 1]), [34, 33, 33])
})

t.test('a share too small for one percent is left out and the others divide the hundred', async t => {
  t.same(apportionPercent([0.999, 0.001]), [100, 0])
  t.same(apportionPercent([0.7, 0.296, 0.002, 0.002]), [70, 30, 0, 0])
  t.same(apportionPercent(Array.from({ length: 300 }, () => 1)), [...Array.from({ length: 100 }, () => 1), ...Array.from({ length: 200 }, () => 0)])
})

t.test('nothing to share gives nothing', async t => {
  t.same(apportionPercent([]), [])
  t.same(apportionPercent([0, 0]), [0, 0])
})

t.test('falling shares give falling percents that sum to 100', async t => {
  let seed = 7
  const random = (): number => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32
    return seed / 2 ** 32
  }
  for (let round = 0; round < 2000; round++) {
    const shares = Array.from({ length: 1 + Math.floor(random() * 8) }, () => random() ** 4 + 1e-6).sort((a, b) => b - a)
    const percents = apportionPercent(shares)
    if (percents.reduce((sum, percent) => sum + percent, 0) !== 100) t.fail(`${shares}`)
    if (percents.some((percent, i) => percent > (percents[i - 1] ?? 100) || !Number.isInteger(percent))) t.fail(`${shares}`)
  }
})
