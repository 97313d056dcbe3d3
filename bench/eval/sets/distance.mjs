// imagesDistance on pairs that show the same or not, some with a known homography. `bench/distance.mjs` compares the
// same pairs with native SIFT and ORB, and measures warped photographs too.

/** Mean error of the corners (or control points), in pixels of a query with a longest side of 512. */
function transferError ({ H_ref_to_query: truth, control_points: control }, { reference, query, homography: { coefficients } }) {
  if (coefficients.length === 0) return Infinity
  const [width, height] = reference.originalDimensions
  const [queryWidth, queryHeight] = query.originalDimensions
  const points = control?.map(({ ref }) => ref) ?? [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
  const errors = points.map((point, index) => {
    const [x, y] = apply(coefficients, [(point[0] + 0.5) / width, (point[1] + 0.5) / height])
    const [u, v] = control?.[index].query ?? apply(truth.flat(), point)
    return Math.hypot(x * queryWidth - 0.5 - u, y * queryHeight - 0.5 - v)
  })
  return errors.reduce((sum, error) => sum + error, 0) / errors.length * 512 / Math.max(queryWidth, queryHeight)
}

function apply (h, [x, y]) {
  const w = h[6] * x + h[7] * y + h[8]
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w]
}

// How often a pair of the same is nearer than an unrelated one; equally near counts half.
function areaUnderCurve (near, far) {
  let wins = 0
  for (const a of near) for (const b of far) wins += a < b ? 1 : a === b ? 0.5 : 0
  return wins / (near.length * far.length)
}

export default {
  name: 'distance-pairs',
  endpoint: 'imagesDistance',
  folder: 'distance',
  about: 'Pairs of photographs of the same thing, easy and hard, and unrelated ones; eight with a known homography. The area under the curve is that of `distance`, in which all rejections are equal.',
  items: ({ items }) => items.filter(({ same }) => same !== null).map(item => ({ images: { refImage: item.ref, queryImage: item.query }, truth: item })),
  score (answered) {
    const of = choose => answered.filter(({ truth }) => choose(truth))
    const distances = pairs => pairs.map(({ usual }) => usual.distance)
    const found = pairs => pairs.filter(({ usual }) => usual.distance < 4).length
    const [easy, hard, unrelated] = [of(({ same, hard }) => same && !hard), of(({ same, hard }) => same && hard), of(({ same }) => !same)]
    const errors = of(({ H_ref_to_query: known }) => known).map(({ truth, usual }) => transferError(truth, usual))
    const share = limit => errors.filter(error => error < limit).length / errors.length
    return {
      'AUC easy': areaUnderCurve(distances(easy), distances(unrelated)),
      'AUC hard': areaUnderCurve(distances(hard), distances(unrelated)),
      'found easy': found(easy) / easy.length,
      'found hard': found(hard) / hard.length,
      'false among unrelated': found(unrelated),
      'H within 3 px': share(3),
      'H within 5 px': share(5)
    }
  },
  asked: { 'AUC easy': { embedded: '>= 0.998' }, 'false among unrelated': { embedded: '<= 0' } }
}
