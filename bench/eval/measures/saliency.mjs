// How well a map tells where people looked. Maps are row-major numbers of width * height at the picture's own size;
// fixations are [x, y] in its pixels. NSS and AUC-Judd from the fixations, CC, SIM and KL against the blurred truth, by
// the definitions of the MIT/Tuebingen saliency benchmark (saliency.tuebingen.ai).

/**
 * Means over pictures.
 * @param {Array<{ map: ArrayLike<number>, truth: ArrayLike<number>, fixations: number[][], width: number, height: number }>} pictures
 */
export function saliencyFigures (pictures) {
  const each = pictures.map(({ map, truth, fixations, width, height }) => {
    const at = fixationPixels(fixations, width, height)
    return { NSS: nss(map, at), 'AUC-Judd': aucJudd(map, at), CC: correlation(map, truth), SIM: similarity(map, truth), KL: divergence(map, truth) }
  })
  return Object.fromEntries(Object.keys(each[0] ?? {}).map(name => [name, mean(each.map(figures => figures[name]))]))
}

/** Pixel numbers of the fixations, repeated where several fell on one pixel; those outside are moved to the edge. */
export function fixationPixels (fixations, width, height) {
  const within = (value, length) => Math.min(length - 1, Math.max(0, Math.floor(value)))
  return fixations.map(([x, y]) => within(y, height) * width + within(x, width))
}

/** Mean of the map, made to mean 0 and deviation 1, over the fixations; 0 for a map of one value. */
export function nss (map, at) {
  const average = mean(map)
  let squares = 0
  for (let i = 0; i < map.length; i++) squares += (map[i] - average) ** 2
  const deviation = Math.sqrt(squares / map.length)
  return deviation > 0 ? mean(at.map(i => (map[i] - average) / deviation)) : 0
}

/** How often a fixated pixel has a greater value than one that is not; equals count half. */
export function aucJudd (map, at) {
  const fixated = [...new Set(at)]
  const sorted = Float64Array.from(map).sort()
  // Against all pixels first; then what fixated pixels won against each other, which is half by symmetry, is taken out.
  let wins = 0
  for (const i of fixated) wins += (firstAbove(sorted, map[i], false) + firstAbove(sorted, map[i], true)) / 2
  const positives = fixated.length
  return (wins - positives * positives / 2) / (positives * (map.length - positives))
}

/** Pearson's correlation; 0 where one of them is of one value. */
export function correlation (a, b) {
  const [meanA, meanB] = [mean(a), mean(b)]
  let [product, squaresA, squaresB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    product += (a[i] - meanA) * (b[i] - meanB)
    squaresA += (a[i] - meanA) ** 2
    squaresB += (b[i] - meanB) ** 2
  }
  return squaresA > 0 && squaresB > 0 ? product / Math.sqrt(squaresA * squaresB) : 0
}

/** Shared mass of the two, each made to sum 1. */
export function similarity (a, b) {
  const [sumA, sumB] = [sum(a), sum(b)]
  let shared = 0
  for (let i = 0; i < a.length; i++) shared += Math.min(a[i] / sumA, b[i] / sumB)
  return shared
}

/** Kullback-Leibler divergence of the map from the truth, in nats; values are kept above 0 as the benchmark does. */
export function divergence (map, truth) {
  const epsilon = 2.2204e-16
  const [sumMap, sumTruth] = [sum(map), sum(truth)]
  let total = 0
  for (let i = 0; i < map.length; i++) {
    const p = truth[i] / sumTruth
    if (p > 0) total += p * Math.log(epsilon + p / (map[i] / sumMap + epsilon))
  }
  return total
}

function firstAbove (sorted, value, orEqual) {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < value || (orEqual && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}

function sum (values) {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

function mean (values) {
  return sum(values) / values.length
}
