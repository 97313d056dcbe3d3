import t from 'tap'
import { measureGrain } from '../../src/imaging/grain.js'
import { drawn, picture, seededRandom } from './pictures.js'

t.test('flat drawings have no grain, gradients hardly any', async t => {
  t.equal(measureGrain(picture(90, 60, x => x < 40 ? [255, 255, 255] : [200, 0, 0]), 2000), 0)
  t.equal(measureGrain(picture(250, 60, x => [x, x, x]), 2000), 3)
})

t.test('noise has grain by its strength', async t => {
  const random = seededRandom(2)
  const noisy = (strength: number): number => measureGrain(picture(200, 200, () => {
    const level = (): number => 128 + Math.round((random() - 0.5) * strength)
    return [level(), level(), level()]
  }), 40_000)
  const weak = noisy(10)
  t.ok(weak >= 8 && weak <= 11, `${weak}`)
  t.ok(Math.abs(noisy(40) - 4 * weak) <= 4)
})

t.test('the median counts, sums over the channels, and stays within the row', async t => {
  const colors = { a: [0, 0, 0], b: [1, 2, 3], c: [101, 102, 103] } as const
  t.equal(measureGrain(drawn(['aab', 'cba'], colors), 100), 6, 'of 0, 6, 300 and 6; not from b to c')
})

t.test('transparent pixels and pictures one pixel wide have none', async t => {
  t.equal(measureGrain(picture(9, 9, x => [x * 20, 0, 0, 0]), 100), 0)
  t.equal(measureGrain(picture(1, 9, (_, y) => [y * 20, 0, 0]), 100), 0)
})
