import t from 'tap'

type Numbers = readonly number[]
interface Measures {
  saliencyFigures (pictures: Array<{ map: Numbers, truth: Numbers, fixations: number[][], width: number, height: number }>): Record<string, number>
  nss (map: Numbers, at: Numbers): number
  aucJudd (map: Numbers, at: Numbers): number
  correlation (a: Numbers, b: Numbers): number
  similarity (a: Numbers, b: Numbers): number
  divergence (map: Numbers, truth: Numbers): number
  fixationPixels (fixations: number[][], width: number, height: number): number[]
}

const { saliencyFigures, nss, aucJudd, correlation, similarity, divergence, fixationPixels } = await import(new URL('../../bench/eval/measures/saliency.mjs', import.meta.url).href) as Measures
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9

t.test('NSS is the mean of standard scores at the fixations, each as often as people looked', async t => {
  t.ok(near(nss([0, 0, 0, 4], [3]), Math.sqrt(3)))
  t.ok(near(nss([0, 0, 0, 4], [3, 3, 0]), (2 * Math.sqrt(3) - 1 / Math.sqrt(3)) / 3))
  t.equal(nss([2, 2, 2, 2], [1]), 0)
})

t.test('AUC counts the pairs that are in order, equals half', async t => {
  t.equal(aucJudd([1, 2, 3, 4], [3]), 1)
  t.equal(aucJudd([1, 2, 3, 4], [0]), 0)
  t.equal(aucJudd([1, 1, 1, 1], [2]), 0.5)
  t.equal(aucJudd([1, 4, 3, 4, 2], [1, 2, 2]), (2.5 + 2) / 6)
})

t.test('CC, SIM and KL compare whole maps, whatever their scale', async t => {
  t.ok(near(correlation([1, 2, 3], [10, 20, 30]), 1))
  t.ok(near(correlation([1, 2, 3], [3, 2, 1]), -1))
  t.equal(correlation([1, 1], [1, 2]), 0)
  t.ok(near(similarity([1, 1, 2], [50, 25, 25]), 0.75))
  t.ok(near(divergence([5, 15], [1, 3]), 0))
  t.ok(near(divergence([1, 1], [1, 0]), Math.LN2))
})

t.test('a fixation falls on the pixel it is in, at the edge too', async t => {
  t.same(fixationPixels([[0.9, 0.2], [2, 1.5], [7, -3]], 3, 2), [0, 5, 2])
})

t.test('the figures of a set are means over its pictures', async t => {
  const picture = { map: [0, 0, 0, 4], truth: [0, 0, 0, 9], fixations: [[1, 1]], width: 2, height: 2 }
  const figures = saliencyFigures([picture, { ...picture, map: [1, 1, 1, 1] }])
  t.ok(near(figures.NSS ?? 0, Math.sqrt(3) / 2))
  t.ok(near(figures['AUC-Judd'] ?? 0, 0.75))
  t.same(Object.keys(figures), ['NSS', 'AUC-Judd', 'CC', 'SIM', 'KL'])
})
