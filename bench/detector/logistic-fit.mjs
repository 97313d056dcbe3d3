// A logistic curve over the logit of a score (Platt, 1999): two numbers, which little data can tell and which always rise.

const ROUNDS = 50
const MIN_SCORE = 1e-4

/**
 * The curve that makes what was seen likeliest, by Newton's method.
 * @param {Array<{ score: number, right: boolean }>} judged scores between 0 and 1
 */
export function fitLogistic (judged) {
  // Platt's targets keep a clean separation from running to infinity.
  const count = { right: judged.filter(({ right }) => right).length }
  count.wrong = judged.length - count.right
  const target = { true: (count.right + 1) / (count.right + 2), false: 1 / (count.wrong + 2) }
  let slope = 1
  let offset = 0
  for (let round = 0; round < ROUNDS; round++) {
    let [gradientSlope, gradientOffset, slopeSlope, slopeOffset, offsetOffset] = [0, 0, 1e-9, 0, 1e-9]
    for (const { score, right } of judged) {
      const at = logit(score)
      const probability = sigmoid(slope * at + offset)
      const error = probability - target[right]
      const weight = probability * (1 - probability)
      gradientSlope += error * at
      gradientOffset += error
      slopeSlope += weight * at * at
      slopeOffset += weight * at
      offsetOffset += weight
    }
    const determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset
    slope -= (offsetOffset * gradientSlope - slopeOffset * gradientOffset) / determinant
    offset -= (slopeSlope * gradientOffset - slopeOffset * gradientSlope) / determinant
  }
  return { slope, offset }
}

/** From a score to the probability. */
export function logisticMap ({ slope, offset }) {
  return score => sigmoid(slope * logit(score) + offset)
}

function logit (score) {
  const within = Math.min(1 - MIN_SCORE, Math.max(MIN_SCORE, score))
  return Math.log(within / (1 - within))
}

function sigmoid (value) {
  return 1 / (1 + Math.exp(-value))
}
