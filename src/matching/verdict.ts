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
  readonly cells: number
  readonly score: number
  readonly perspective: number
  readonly scale: number
}

const CELL_PX = 6

/** Gathers the signs. */
export function gatherEvidence (pairs: PointPairs, fit: Fit, agreement: Agreement, frame: { readonly width: number, readonly height: number }, scale: number): Evidence {
  return {
    meanHull: agreement.meanHull,
    shareHull: agreement.shareHull,
    meanAll: agreement.meanAll,
    shareAll: agreement.shareAll,
    wholeHull: agreement.wholeHull,
    textureHull: Math.log(0.003 + agreement.textureHull),
    textureAll: Math.log(0.003 + agreement.textureAll),
    cells: Math.log(1 + countCells(pairs, fit.inliers)),
    score: Math.log(1 + fit.score),
    perspective: Math.log(perspectiveOf(fit.homography, frame)),
    scale: Math.abs(Math.log(scale)) / 2
  }
}

const INTERCEPT = -3.966
const WEIGHTS: Readonly<Partial<Record<keyof Evidence, number>>> = {
  meanHull: 2.03, shareHull: 2.313, meanAll: 2.465, shareAll: 2.826, wholeHull: 1.194, textureHull: 0.546
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
