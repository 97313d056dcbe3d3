// Fits the weights of src/matching/verdict.ts to evidence that distance.mjs has gathered: a logistic model, by Newton's
// steps with a ridge that holds weights small, as much as does best on photographs that were left out. Right are pairs of
// the same thing whose homography is right.
//   node bench/distance-fit.mjs EVIDENCE...
import { readFileSync } from 'node:fs'

const RIDGES = [3, 1, 0.5, 0.3, 0.1, 0.03]
const FOLDS = 6
const RIGHT_PX = 8
const SIGNS = ['meanHull', 'shareHull', 'meanAll', 'shareAll', 'wholeHull', 'textureHull', 'textureAll', 'cells', 'perspective']

const rows = process.argv.slice(2).flatMap(file => JSON.parse(readFileSync(file, 'utf8'))).flatMap(samplesOf)
const losses = RIDGES.map(leftOutLoss)
RIDGES.forEach((ridge, index) => console.log(`ridge ${ridge}: log-loss ${losses[index].toFixed(4)} on photographs left out`))
const weights = fit(rows, RIDGES[losses.indexOf(Math.min(...losses))])
console.log(`${rows.length} samples, ${rows.filter(({ right }) => right).length} right`)
console.log(`INTERCEPT ${weights[0].toFixed(3)}`)
console.log(SIGNS.map((name, index) => `${name}: ${weights[index + 1].toFixed(3)}`).join(', '))
const logits = rows.map(({ x, right }) => ({ right, logit: x.reduce((sum, value, index) => sum + value * weights[index], 0) }))
console.log('least of the right', logits.filter(({ right }) => right).map(({ logit }) => logit).sort((a, b) => a - b).slice(0, 12).map(v => v.toFixed(1)).join(' '))
console.log('most of the wrong', logits.filter(({ right }) => !right).map(({ logit }) => logit).sort((a, b) => b - a).slice(0, 12).map(v => v.toFixed(1)).join(' '))

// Each stage's finding is a sample. Of pairs without a known homography only the last counts, and only if unrelated.
function samplesOf (item) {
  return item.stages.flatMap(({ evidence, homography }) => {
    if (evidence === undefined || evidence === null) return []
    const x = [1, ...SIGNS.map(name => evidence[name])]
    const { photograph } = item
    if (!item.same) return [{ x, right: false, photograph }]
    if (!item.H_ref_to_query) return []
    const error = cornerError(item, homography)
    return error < RIGHT_PX ? [{ x, right: true, photograph }] : error > 3 * RIGHT_PX ? [{ x, right: false, photograph }] : []
  })
}

// Of the four inner corners, in pixels of a query of 512: far corners of a cut say little.
function cornerError ({ H_ref_to_query: truth, dims: [width, height, queryWidth, queryHeight] }, homography) {
  const errors = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]].map(([x, y]) => {
    const [u, v] = apply(homography, [x, y])
    const [s, t] = apply(truth.flat(), [x * width, y * height])
    return Math.hypot(u * queryWidth - s, v * queryHeight - t)
  })
  return errors.reduce((sum, error) => sum + error, 0) / 4 * 512 / Math.max(queryWidth, queryHeight)
}

function apply (h, [x, y]) {
  const w = h[6] * x + h[7] * y + h[8]
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w]
}

// The mean over both classes, each photograph judged by weights that were fitted without it.
function leftOutLoss (ridge) {
  const photographs = [...new Set(rows.map(({ photograph }) => photograph))].sort((a, b) => a - b)
  const sums = { true: [0, 0], false: [0, 0] }
  for (let fold = 0; fold < FOLDS; fold++) {
    const left = new Set(photographs.filter((_, index) => index % FOLDS === fold))
    const weights = fit(rows.filter(({ photograph }) => !left.has(photograph)), ridge)
    for (const { x, right, photograph } of rows) {
      if (!left.has(photograph)) continue
      const logit = x.reduce((sum, value, index) => sum + value * weights[index], 0)
      sums[right][0] += Math.log1p(Math.exp(right ? -logit : logit))
      sums[right][1]++
    }
  }
  return (sums.true[0] / sums.true[1] + sums.false[0] / sums.false[1]) / 2
}

function fit (samples, ridge) {
  const size = SIGNS.length + 1
  // Both classes weigh the same.
  const rights = samples.filter(({ right }) => right).length
  const share = right => samples.length / 2 / (right ? rights : samples.length - rights)
  let weights = new Array(size).fill(0)
  for (let round = 0; round < 50; round++) {
    const normal = Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => row === column && row > 0 ? ridge : row === column ? 1e-6 : 0))
    const gradient = weights.map((weight, row) => row > 0 ? -ridge * weight : 0)
    for (const { x, right } of samples) {
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, index) => sum + value * weights[index], 0)))
      for (let row = 0; row < size; row++) {
        gradient[row] += share(right) * ((right ? 1 : 0) - p) * x[row]
        for (let column = 0; column < size; column++) normal[row][column] += share(right) * p * (1 - p) * x[row] * x[column]
      }
    }
    const step = solve(normal, gradient)
    weights = weights.map((weight, index) => weight + step[index])
    if (Math.max(...step.map(Math.abs)) < 1e-6) break
  }
  return weights
}

function solve (matrix, right) {
  const rows = matrix.map((row, index) => [...row, right[index]])
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.slice(column).reduce((best, row, index) => Math.abs(row[column]) > Math.abs(rows[best][column]) ? column + index : best, column);
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]]
    for (let row = 0; row < rows.length; row++) {
      if (row === column) continue
      const factor = rows[row][column] / rows[column][column]
      for (let k = column; k <= rows.length; k++) rows[row][k] -= factor * rows[column][k]
    }
  }
  return rows.map((row, index) => row[rows.length] / row[index])
}
