// The rounds of a clustering: every point to its nearest centre, then every centre to the middle of its points.
import { squareTo, type WeightedPoints } from './weighted-points.js'

/** Which centre each point belongs to. Each function here that takes one with centres updates it. */
export interface Assignment {
  /** Per point, the index of its centre. */
  readonly labels: Uint8Array
  /** Per point, the squared distance to its centre. */
  readonly squares: Float64Array
  /** The weighted sum of distance^1.5 over all points. */
  cost: number
}

// Keeps the pull of a point that sits on its centre finite.
const NEAR_ZERO = 1e-3

/** Distance^1.5 from distance^2: what a point of weight 1 adds to the cost. */
export function costOf (square: number): number {
  const distance = Math.sqrt(square)
  return distance * Math.sqrt(distance)
}

/** All points at the first centre, infinitely far: a start for the others. */
export function blankAssignment (size: number): Assignment {
  return { labels: new Uint8Array(size), squares: new Float64Array(size).fill(Infinity), cost: Infinity }
}

/**
 * Rounds of assigning and recentring from centres given as x, y, z in turn, which are left as they are. The answer's
 * assignment is to the answer's centres.
 */
export function refine (points: WeightedPoints, start: Float64Array, rounds: number): { centers: Float64Array, assignment: Assignment } {
  const centers = start.slice()
  const assignment = blankAssignment(points.size)
  for (let round = 0; round < rounds; round++) {
    assign(points, centers, assignment)
    recenter(points, centers, assignment)
  }
  assign(points, centers, assignment)
  return { centers, assignment }
}

/** Assigns each point to the nearest of at least one centre. */
export function assign (points: WeightedPoints, centers: Float64Array, assignment: Assignment): void {
  const { coordinates, weights } = points
  const { labels, squares } = assignment
  const gaps = quarterGaps(centers)
  let cost = 0
  for (let point = 0; point < points.size; point++) {
    const x = coordinates[point * 3]!
    const y = coordinates[point * 3 + 1]!
    const z = coordinates[point * 3 + 2]!
    const former = labels[point]!
    let label = former
    let nearest = squareTo(points, point, centers[former * 3]!, centers[former * 3 + 1]!, centers[former * 3 + 2]!)
    // A centre further from this one than twice the point's distance cannot be nearer to the point.
    if (nearest > gaps[former]!) {
      for (let other = 0, at = 0; at < centers.length; other++, at += 3) {
        const dx = x - centers[at]!
        const dy = y - centers[at + 1]!
        const dz = z - centers[at + 2]!
        const square = dx * dx + dy * dy + dz * dz
        if (square < nearest) {
          nearest = square
          label = other
        }
      }
    }
    labels[point] = label
    squares[point] = nearest
    cost += weights[point]! * costOf(nearest)
  }
  assignment.cost = cost
}

/** Per centre, the square of half its distance to the nearest other one. */
function quarterGaps (centers: Float64Array): Float64Array {
  const gaps = new Float64Array(centers.length / 3).fill(Infinity)
  for (let first = 0; first < gaps.length; first++) {
    for (let second = 0; second < first; second++) {
      const dx = centers[first * 3]! - centers[second * 3]!
      const dy = centers[first * 3 + 1]! - centers[second * 3 + 1]!
      const dz = centers[first * 3 + 2]! - centers[second * 3 + 2]!
      const quarter = (dx * dx + dy * dy + dz * dz) / 4
      if (quarter < gaps[first]!) gaps[first] = quarter
      if (quarter < gaps[second]!) gaps[second] = quarter
    }
  }
  return gaps
}

/** Moves each centre a step towards the point of least cost (Weiszfeld): a mean that weighs far points less. */
function recenter (points: WeightedPoints, centers: Float64Array, assignment: Assignment): void {
  const { coordinates, weights } = points
  const sums = new Float64Array(centers.length)
  const pulls = new Float64Array(centers.length / 3)
  for (let point = 0; point < points.size; point++) {
    const label = assignment.labels[point]!
    const pull = weights[point]! / Math.sqrt(Math.sqrt(assignment.squares[point]! + NEAR_ZERO))
    pulls[label]! += pull
    sums[label * 3]! += pull * coordinates[point * 3]!
    sums[label * 3 + 1]! += pull * coordinates[point * 3 + 1]!
    sums[label * 3 + 2]! += pull * coordinates[point * 3 + 2]!
  }
  for (let at = 0; at < centers.length; at++) {
    const pull = pulls[Math.floor(at / 3)]!
    if (pull > 0) centers[at] = sums[at]! / pull
  }
}
