// First guesses at how one picture lies in the other, without any random numbers: each good match is a guess by itself
// (place, scale, rotation), and all other matches say how well they agree.
import type { Homography } from '../imaging/homography.js'
import type { Matches } from './matches.js'

export interface SeedOptions {
  /** How many of the best matches are tried. */
  readonly tried: number
  /** How many guesses are wanted. */
  readonly wanted: number
}

const RADIUS_PX = 20
const MAX_LOG_SCALE = 0.9
const MAX_TURN = 40 * Math.PI / 180
/** Guesses that agree with each other: some are kept, since their angles and scales are rough. */
const MAX_ALIKE = 3

/** Affine guesses, those with the most agreement first. */
export function findSeeds (matches: Matches, { tried, wanted }: SeedOptions): Homography[] {
  const count = Math.min(tried, matches.count)
  const votes = Array.from({ length: count }, (_, seed) => ({ seed, vote: countVotes(matches, seed) }))
    .filter(({ vote }) => vote > 1.5)
    .sort((a, b) => b.vote - a.vote)
  const kept: number[] = []
  for (const { seed } of votes) {
    if (kept.length >= wanted) break
    const alike = kept.filter(other => agreement(matches, other, seed) > 0).length
    if (alike < MAX_ALIKE) kept.push(seed)
  }
  return kept.map(seed => affineOf(matches, seed))
}

function countVotes (matches: Matches, seed: number): number {
  const { count, x1, y1, x2, y2, local, logScale, angle } = matches
  const [a, b, c, d] = [local[4 * seed]!, local[4 * seed + 1]!, local[4 * seed + 2]!, local[4 * seed + 3]!]
  const [fromX, fromY, toX, toY] = [x1[seed]!, y1[seed]!, x2[seed]!, y2[seed]!]
  const [scale, turn] = [logScale[seed]!, angle[seed]!]
  const radius2 = (RADIUS_PX * Math.max(1, Math.exp(scale))) ** 2
  let vote = 0
  for (let m = 0; m < count; m++) {
    if (Math.abs(logScale[m]! - scale) >= MAX_LOG_SCALE) continue
    const u = x1[m]! - fromX
    const v = y1[m]! - fromY
    const dx = x2[m]! - toX - a * u - b * v
    const dy = y2[m]! - toY - c * u - d * v
    const distance2 = dx * dx + dy * dy
    if (distance2 < radius2 && angleBetween(angle[m]!, turn) < MAX_TURN) vote += 1 - distance2 / radius2
  }
  return vote
}

function agreement (matches: Matches, seed: number, m: number): number {
  const { x1, y1, x2, y2, local, logScale, angle } = matches
  if (Math.abs(logScale[m]! - logScale[seed]!) >= MAX_LOG_SCALE || angleBetween(angle[m]!, angle[seed]!) >= MAX_TURN) return 0
  const u = x1[m]! - x1[seed]!
  const v = y1[m]! - y1[seed]!
  const dx = x2[m]! - x2[seed]! - local[4 * seed]! * u - local[4 * seed + 1]! * v
  const dy = y2[m]! - y2[seed]! - local[4 * seed + 2]! * u - local[4 * seed + 3]! * v
  return Math.max(0, 1 - (dx * dx + dy * dy) / (RADIUS_PX * Math.max(1, Math.exp(logScale[seed]!))) ** 2)
}

function affineOf ({ x1, y1, x2, y2, local }: Matches, m: number): Homography {
  const [a, b, c, d] = [local[4 * m]!, local[4 * m + 1]!, local[4 * m + 2]!, local[4 * m + 3]!]
  return Float64Array.of(a, b, x2[m]! - a * x1[m]! - b * y1[m]!, c, d, y2[m]! - c * x1[m]! - d * y1[m]!, 0, 0, 1)
}

function angleBetween (one: number, other: number): number {
  let difference = Math.abs(one - other) % (2 * Math.PI)
  if (difference > Math.PI) difference = 2 * Math.PI - difference
  return difference
}
