// From a first guess to the homography that most matches agree with: least squares in rounds, each match weighted by how
// well it fitted in the round before, with a tolerance that shrinks. The first rounds are affine, for steadiness.
import { type Homography, invert } from '../imaging/homography.js'
import { solveSymmetric } from '../imaging/linear-solve.js'
import type { Matches } from './matches.js'

/** Points only: what fitting needs of matches. */
export type PointPairs = Pick<Matches, 'count' | 'x1' | 'y1' | 'x2' | 'y2'>

/** A homography with the matches that agree. */
export interface Fit {
  readonly homography: Homography
  /** Sum over the matches of 1 - e²/16, e the larger of both transfer errors in pixels, where that is below 4. */
  readonly score: number
  /** Indices of the matches whose error is below 4 pixels. */
  readonly inliers: Int32Array
}

/** How the rounds go. */
export interface FitSchedule {
  /** Tolerance in pixels of the first and of the last rounds. */
  readonly from: number
  readonly to: number
  readonly rounds: number
  readonly affineRounds: number
}

/** From the guess of a single match. */
export const FROM_SEED: FitSchedule = { from: 20, to: 4, rounds: 12, affineRounds: 4 }
/** From a homography that is nearly right. */
export const FROM_FIT: FitSchedule = { from: 8, to: 4, rounds: 5, affineRounds: 0 }

const SHRINK = 0.75
export const INLIER_PX = 4
const LEAST_MATCHES = 4
/** Fewer give no perspective. */
const LEAST_FOR_PERSPECTIVE = 6
/** Pull towards a similarity, and of the perspective terms towards none, in units of the weights' sum. */
const SIMILARITY_RIDGE = 0.05
const PERSPECTIVE_RIDGE = 1e-3

/** Fits; undefined where the guess finds too few matches, or leads to nothing that can be inverted. */
export function fitHomography (pairs: PointPairs, guess: Homography, schedule: FitSchedule = FROM_SEED): Fit | undefined {
  const weights = new Float64Array(pairs.count)
  let homography = guess
  for (let round = 0; round < schedule.rounds; round++) {
    const tolerance = Math.max(schedule.to, schedule.from * SHRINK ** round)
    const used = weigh(pairs, homography, tolerance, weights)
    if (used < LEAST_MATCHES) return undefined
    const affine = round < schedule.affineRounds || used < LEAST_FOR_PERSPECTIVE
    const next = affine ? affineStep(pairs, weights) : projectiveStep(pairs, weights, homography)
    if (next === undefined) return undefined
    homography = next
  }
  return judgeFit(pairs, homography)
}

/** Which matches agree with a homography; undefined where it cannot be inverted. */
export function judgeFit (pairs: PointPairs, homography: Homography): Fit | undefined {
  const weights = new Float64Array(pairs.count)
  if (weigh(pairs, homography, INLIER_PX, weights) === 0) return undefined
  const inliers = Int32Array.from(weights.keys()).filter(m => weights[m]! > 0)
  // The weights are (1 - e²/16)².
  return { homography, score: inliers.reduce((sum, m) => sum + Math.sqrt(weights[m]!), 0), inliers }
}

// Fills the weights and returns how many are above 0.
function weigh ({ count, x1, y1, x2, y2 }: PointPairs, h: Homography, tolerance: number, weights: Float64Array): number {
  const back = invert(h)
  if (back === undefined) return 0
  const limit = tolerance * tolerance
  let used = 0
  for (let m = 0; m < count; m++) {
    weights[m] = 0
    const x = x1[m]!
    const y = y1[m]!
    const u = x2[m]!
    const v = y2[m]!
    const w = h[6]! * x + h[7]! * y + h[8]!
    const dx = (h[0]! * x + h[1]! * y + h[2]!) / w - u
    const dy = (h[3]! * x + h[4]! * y + h[5]!) / w - v
    let error = dx * dx + dy * dy
    if (!(error < limit)) continue
    const wb = back[6]! * u + back[7]! * v + back[8]!
    const bx = (back[0]! * u + back[1]! * v + back[2]!) / wb - x
    const by = (back[3]! * u + back[4]! * v + back[5]!) / wb - y
    error = Math.max(error, bx * bx + by * by)
    if (!(error < limit)) continue
    weights[m] = (1 - error / limit) ** 2
    used++
  }
  return used
}

/** Centre and spread of both sides, by which the numbers are made of one size. */
interface Frame {
  readonly total: number
  readonly from: Normalization
  readonly to: Normalization
}

type Normalization = readonly [x: number, y: number, scale: number]

function frameOf ({ count, x1, y1, x2, y2 }: PointPairs, weights: Float64Array): Frame {
  let [total, sx1, sy1, sx2, sy2, s1, s2] = [0, 0, 0, 0, 0, 0, 0]
  for (let m = 0; m < count; m++) {
    const w = weights[m]!
    total += w
    sx1 += w * x1[m]!
    sy1 += w * y1[m]!
    sx2 += w * x2[m]!
    sy2 += w * y2[m]!
    s1 += w * (x1[m]! ** 2 + y1[m]! ** 2)
    s2 += w * (x2[m]! ** 2 + y2[m]! ** 2)
  }
  const [cx1, cy1, cx2, cy2] = [sx1 / total, sy1 / total, sx2 / total, sy2 / total]
  return {
    total,
    from: [cx1, cy1, 1 / Math.sqrt(Math.max(1e-6, s1 / total - cx1 ** 2 - cy1 ** 2))],
    to: [cx2, cy2, 1 / Math.sqrt(Math.max(1e-6, s2 / total - cx2 ** 2 - cy2 ** 2))]
  }
}

// Unknowns a b c d e f.
function affineStep (pairs: PointPairs, weights: Float64Array): Homography | undefined {
  const { total, from, to } = frameOf(pairs, weights)
  const normal = new Float64Array(36)
  const right = new Float64Array(6)
  for (let m = 0; m < pairs.count; m++) {
    const w = weights[m]!
    if (w === 0) continue
    const x = (pairs.x1[m]! - from[0]) * from[2]
    const y = (pairs.y1[m]! - from[1]) * from[2]
    const u = (pairs.x2[m]! - to[0]) * to[2]
    const v = (pairs.y2[m]! - to[1]) * to[2]
    normal[0]! += w * x * x
    normal[6]! += w * x * y
    normal[7]! += w * y * y
    normal[12]! += w * x
    normal[13]! += w * y
    normal[14]! += w
    right[0]! += w * x * u
    right[1]! += w * y * u
    right[2]! += w * u
    right[3]! += w * x * v
    right[4]! += w * y * v
    right[5]! += w * v
  }
  sameForV(normal, 6)
  // (a - e)² and (b + d)² are held small.
  const ridge = SIMILARITY_RIDGE * total
  for (const diagonal of [0, 7, 21, 28]) normal[diagonal]! += ridge
  normal[4 * 6]! -= ridge
  normal[3 * 6 + 1]! += ridge
  const solution = solveSymmetric(normal, right)
  return solution && outOfFrame(Float64Array.of(...solution, 0, 0, 1), from, to)
}

// Unknowns a b c d e f g h of u (g x + h y + 1) = a x + b y + c and the same for v, weighted by the last denominator.
function projectiveStep (pairs: PointPairs, weights: Float64Array, last: Homography): Homography | undefined {
  const { total, from, to } = frameOf(pairs, weights)
  const normal = new Float64Array(64)
  const right = new Float64Array(8)
  // The denominator at the centre is 1 in the frame of the unknowns.
  const middle = last[6]! * from[0] + last[7]! * from[1] + last[8]!
  for (let m = 0; m < pairs.count; m++) {
    if (weights[m] === 0) continue
    const denominator = (last[6]! * pairs.x1[m]! + last[7]! * pairs.y1[m]! + last[8]!) / middle
    const w = weights[m]! / (denominator * denominator)
    const x = (pairs.x1[m]! - from[0]) * from[2]
    const y = (pairs.y1[m]! - from[1]) * from[2]
    const u = (pairs.x2[m]! - to[0]) * to[2]
    const v = (pairs.y2[m]! - to[1]) * to[2]
    const xx = w * x * x
    const xy = w * x * y
    const yy = w * y * y
    const r = u * u + v * v
    normal[0]! += xx
    normal[8]! += xy
    normal[9]! += yy
    normal[16]! += w * x
    normal[17]! += w * y
    normal[18]! += w
    normal[48]! -= u * xx
    normal[49]! -= u * xy
    normal[50]! -= w * u * x
    normal[51]! -= v * xx
    normal[52]! -= v * xy
    normal[53]! -= w * v * x
    normal[54]! += r * xx
    normal[57]! -= u * yy
    normal[58]! -= w * u * y
    normal[60]! -= v * yy
    normal[61]! -= w * v * y
    normal[62]! += r * xy
    normal[63]! += r * yy
    right[0]! += w * x * u
    right[1]! += w * y * u
    right[2]! += w * u
    right[3]! += w * x * v
    right[4]! += w * y * v
    right[5]! += w * v
    right[6]! -= w * x * r
    right[7]! -= w * y * r
  }
  normal[56] = normal[49]!
  normal[59] = normal[52]!
  sameForV(normal, 8)
  normal[54]! += PERSPECTIVE_RIDGE * total
  normal[63]! += PERSPECTIVE_RIDGE * total
  const solution = solveSymmetric(normal, right)
  return solution && outOfFrame(Float64Array.of(...solution, 1), from, to)
}

// The unknowns d e f of v have the same block of the normal matrix as a b c of u.
function sameForV (normal: Float64Array, size: number): void {
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column <= row; column++) normal[(row + 3) * size + column + 3] = normal[row * size + column]!
  }
}

function outOfFrame (h: Homography, from: Normalization, to: Normalization): Homography | undefined {
  // h * [s 0 -s cx; 0 s -s cy; 0 0 1]
  const [fx, fy, s] = from
  const inner = new Float64Array(9)
  for (let row = 0; row < 9; row += 3) {
    inner[row] = h[row]! * s
    inner[row + 1] = h[row + 1]! * s
    inner[row + 2] = h[row + 2]! - s * (h[row]! * fx + h[row + 1]! * fy)
  }
  const [tx, ty, t] = to
  for (let column = 0; column < 3; column++) {
    inner[column] = inner[column]! / t + tx * inner[6 + column]!
    inner[3 + column] = inner[3 + column]! / t + ty * inner[6 + column]!
  }
  const last = inner[8]!
  const scaled = inner.map(value => value / last)
  return scaled.every(Number.isFinite) ? scaled : undefined
}
