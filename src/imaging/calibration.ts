// From a net's scores to probabilities: a score of .8 should be right 80 % of the time.

/**
 * Points of a rising, piecewise linear map: the score `raw[i]` means the probability `probability[i]`. Both rise, from
 * 0 to 1.
 */
export interface Calibration {
  readonly raw: readonly number[]
  readonly probability: readonly number[]
}

/** Nothing changes. */
export const UNCALIBRATED: Calibration = { raw: [0, 1], probability: [0, 1] }

/** The probability that a score means. */
export function calibrate ({ raw, probability }: Calibration, score: number): number {
  return interpolate(raw, probability, score)
}

/** The least score that means a probability of at least so much; the inverse of `calibrate`. */
export function rawScoreFor ({ raw, probability }: Calibration, wanted: number): number {
  return interpolate(probability, raw, wanted)
}

function interpolate (from: readonly number[], to: readonly number[], value: number): number {
  const after = from.findIndex(point => point >= value)
  if (after < 0) return to.at(-1) ?? value
  if (after === 0) return to[0] ?? value
  const [low = 0, high = 1] = [from[after - 1], from[after]]
  const [start = 0, end = 1] = [to[after - 1], to[after]]
  return start + (end - start) * (value - low) / (high - low)
}
