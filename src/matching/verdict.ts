// One number for how sure it is that a homography is a true match: a logistic model over several signs, none of which
// is a gate by itself.
import { type Homography, type Point, cornersOf } from '../imaging/homography.js'
import type { Agreement } from './photometry.js'
import type { Fit, PointPairs } from './robust-homography.js'

/** What speaks for a match, by name; each about -4..4. */
export interface Evidence {
  readonly meanHull: number
  readonly shareHull: number
  readonly meanAll: number
  readonly shareAll: number
  readonly wholeHull: number
  readonly textureHull: number
  readonly textureAll: number
  /** Logarithm of the number of places with matches. */
  readonly cells: number
  /** Logarithm of the nearest over the farthest depth of the frame's corners. */
  readonly perspective: number
}

const CELL_PX = 6

/** Gathers the signs. */
export function gatherEvidence (pairs: PointPairs, fit: Fit, agreement: Agreement, frame: { readonly width: number, readonly height: number }): Evidence {
  return {
    meanHull: agreement.meanHull,
    shareHull: agreement.shareHull,
    meanAll: agreement.meanAll,
    shareAll: agreement.shareAll,
    wholeHull: agreement.wholeHull,
    textureHull: Math.log(0.003 + agreement.textureHull),
    textureAll: Math.log(0.003 + agreement.textureAll),
    cells: Math.log(1 + countCells(pairs, fit.inliers)),
    perspective: Math.log(perspectiveOf(fit.homography, frame))
  }
}

// Fitted by bench/distance-fit.mjs to one half of the photographs of bench/distance-stress.mjs.
const INTERCEPT = -4.819
const WEIGHTS: Readonly<Record<keyof Evidence, number>> = {
  meanHull: 0.839,
  shareHull: 0.833,
  meanAll: 1.129,
  shareAll: 1.31,
  wholeHull: 0.741,
  textureHull: 0.79,
  // Texture that is not within the hull speaks against a match.
  textureAll: -0.825,
  cells: 1.356,
  perspective: 0.594
}

/** Log-odds of a match. */
export function weighEvidence (evidence: Evidence): number {
  let sum = INTERCEPT
  for (const [name, weight] of Object.entries(WEIGHTS)) sum += weight * evidence[name as keyof Evidence]
  return sum
}

/** In how many cells of either picture, whichever are fewer, the matches lie: many matches of one corner count once. */
export function countCells ({ x1, y1, x2, y2 }: PointPairs, inliers: Int32Array): number {
  const ofReference = new Set<number>()
  const ofQuery = new Set<number>()
  for (const m of inliers) {
    ofReference.add(Math.floor(x1[m]! / CELL_PX) * 4096 + Math.floor(y1[m]! / CELL_PX))
    ofQuery.add(Math.floor(x2[m]! / CELL_PX) * 4096 + Math.floor(y2[m]! / CELL_PX))
  }
  return Math.min(ofReference.size, ofQuery.size)
}

// Least over greatest depth of the frame's corners: 1 without perspective.
function perspectiveOf (h: Homography, frame: { readonly width: number, readonly height: number }): number {
  const depths = cornersOf(frame).map(([x, y]: Point) => h[6]! * x + h[7]! * y + h[8]!)
  const least = Math.min(...depths)
  return Math.max(0.02, least / Math.max(...depths))
}
