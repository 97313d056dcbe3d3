// A curve from score to probability by three numbers: beta calibration (Kull, Silva Filho and Flach, 2017), a logistic
// curve over the logarithms of the score and of its complement. Little data can tell three numbers, and where both weights
// are positive it always rises.

const ROUNDS = 60
const MIN_SCORE = 1e-4
const RIDGE = 1e-3

/**
 * The curve that makes what was seen likeliest, by Newton's method. A weight that would be negative is left out (zero).
 * @param {Array<{ score: number, right: boolean }>} judged scores between 0 and 1
 * @returns {{ low: number, high: number, offset: number }} weights of ln(score) and -ln(1 - score)
 */
export function fitBeta (judged) {
  for (const used of [[0, 1, 2], [0, 2], [1, 2]]) {
    const weights = fit(judged, used)
    if (weights[0] >= 0 && weights[1] >= 0) return { low: weights[0], high: weights[1], offset: weights[2] }
  }
  throw new Error('the scores do not rise with what is right')
}

/** From a score to the probability. */
export function betaMap ({ low, high, offset }) {
  return score => {
    const [lowAt, highAt] = featuresOf(score)
    return sigmoid(low * lowAt + high * highAt + offset)
  }
}

function fit (judged, used) {
  // Platt's targets keep a clean separation from running to infinity.
  const right = judged.filter(({ right }) => right).length
  const target = { true: (right + 1) / (right + 2), false: 1 / (judged.length - right + 2) }
  const rows = judged.map(({ score, right }) => ({ features: featuresOf(score), wanted: target[right] }))
  const weights = [0, 0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = used.map(() => 0)
    const curvature = used.map(() => used.map(() => 0))
    for (const { features, wanted } of rows) {
      const probability = sigmoid(features.reduce((sum, feature, index) => sum + feature * weights[index], 0))
      used.forEach((a, row) => {
        gradient[row] += (probability - wanted) * features[a]
        used.forEach((b, column) => { curvature[row][column] += probability * (1 - probability) * features[a] * features[b] })
      })
    }
    used.forEach((_, row) => { curvature[row][row] += RIDGE })
    const step = solve(curvature, gradient)
    used.forEach((a, row) => { weights[a] -= step[row] })
  }
  return weights
}

function featuresOf (score) {
  const within = Math.min(1 - MIN_SCORE, Math.max(MIN_SCORE, score))
  return [Math.log(within), -Math.log(1 - within), 1]
}

function sigmoid (value) {
  return 1 / (1 + Math.exp(-value))
}

// Gauss's elimination; the matrix is positive definite.
function solve (matrix, values) {
  const rows = matrix.map((row, index) => [...row, values[index]])
  for (let at = 0; at < rows.length; at++) {
    for (let row = at + 1; row < rows.length; row++) {
      const factor = rows[row][at] / rows[at][at]
      for (let column = at; column <= rows.length; column++) rows[row][column] -= factor * rows[at][column]
    }
  }
  const solution = []
  for (let at = rows.length - 1; at >= 0; at--) {
    const known = solution.reduce((sum, value, index) => sum + value * rows[at][rows.length - 1 - index], 0)
    solution.push((rows[at][rows.length] - known) / rows[at][at])
  }
  return solution.reverse()
}
