// Tentative matches between the points of two pictures, each with the local affine map that its two points suggest.
import type { Features } from './features.js'
import { findNearest } from './nearest.js'

/** One entry of each array a match, best first. Points in pixels of the reference (1) and of the query (2). */
export interface Matches {
  readonly count: number
  readonly x1: Float64Array
  readonly y1: Float64Array
  readonly x2: Float64Array
  readonly y2: Float64Array
  /** The local map from reference to query, four numbers for each match, row-major. */
  readonly local: Float64Array
  /** Of the local map: half the logarithm of its change of area, and its rotation in radians. */
  readonly logScale: Float64Array
  readonly angle: Float64Array
  /** Distance to the nearest over distance to the second nearest; less is better. */
  readonly ratio: Float64Array
}

/** Points found in a view of a picture, and the affine map [a b c; d e f] from the view to the picture. */
export interface View {
  readonly features: Features
  readonly toPicture: Float64Array
}

/** The view that is the picture itself. */
export function plainView (features: Features): View {
  return { features, toPicture: Float64Array.of(1, 0, 0, 0, 1, 0) }
}

interface Candidate {
  readonly a: number
  readonly b: number
  readonly ratio: number
}

/**
 * The matches between two views in which one side is the nearest of the other and clearly nearer than the next.
 * @param maxRatio the most for nearest over second nearest
 * @param limit how many at most
 */
export function matchViews (reference: View, query: View, maxRatio: number, limit: number): Matches {
  const a = reference.features
  const b = query.features
  const { ofA, ofB } = findNearest(a, b)
  const squared = a.norm === 'euclidean'
  const found = new Map<number, Candidate>()
  const enter = (i: number, j: number, distance: number, second: number): void => {
    if (j < 0 || second <= 0) return
    const ratio = squared ? Math.sqrt(distance / second) : distance / second
    if (ratio >= maxRatio) return
    const key = i * b.count + j
    const known = found.get(key)
    if (known === undefined || known.ratio > ratio) found.set(key, { a: i, b: j, ratio })
  }
  for (let i = 0; i < a.count; i++) enter(i, ofA.index[i]!, ofA.distance[i]!, ofA.second[i]!)
  for (let j = 0; j < b.count; j++) enter(ofB.index[j]!, j, ofB.distance[j]!, ofB.second[j]!)
  const best = [...found.values()].sort((one, other) => one.ratio - other.ratio).slice(0, limit)
  return fromPairs(reference, query, best)
}

/** Matches of given pairs of points. */
export function fromPairs (reference: View, query: View, pairs: readonly Candidate[]): Matches {
  const matches = allocate(pairs.length)
  const [a, b] = [reference.features, query.features]
  const [r, q] = [reference.toPicture, query.toPicture]
  // The inverse of the reference view's linear part.
  const det = r[0]! * r[4]! - r[1]! * r[3]!
  const [ra, rb, rc, rd] = [r[4]! / det, -r[1]! / det, -r[3]! / det, r[0]! / det]
  pairs.forEach(({ a: i, b: j, ratio }, m) => {
    const [u, v, s, t] = [a.x[i]!, a.y[i]!, b.x[j]!, b.y[j]!]
    matches.x1[m] = r[0]! * u + r[1]! * v + r[2]!
    matches.y1[m] = r[3]! * u + r[4]! * v + r[5]!
    matches.x2[m] = q[0]! * s + q[1]! * t + q[2]!
    matches.y2[m] = q[3]! * s + q[4]! * t + q[5]!
    const scale = b.size[j]! / a.size[i]!
    const turn = b.angle[j]! - a.angle[i]!
    const [cos, sin] = [scale * Math.cos(turn), scale * Math.sin(turn)]
    // similarity * inverse(reference view), then query view * that
    const [ma, mb, mc, md] = [cos * ra - sin * rc, cos * rb - sin * rd, sin * ra + cos * rc, sin * rb + cos * rd]
    setLocal(matches, m, q[0]! * ma + q[1]! * mc, q[0]! * mb + q[1]! * md, q[3]! * ma + q[4]! * mc, q[3]! * mb + q[4]! * md)
    matches.ratio[m] = ratio
  })
  return matches
}

function setLocal (matches: Matches, m: number, a: number, b: number, c: number, d: number): void {
  matches.local.set([a, b, c, d], 4 * m)
  matches.logScale[m] = 0.5 * Math.log(Math.max(1e-9, Math.abs(a * d - b * c)))
  matches.angle[m] = Math.atan2(c - b, a + d)
}

function allocate (count: number): Matches {
  const column = (): Float64Array => new Float64Array(count)
  return {
    count, x1: column(), y1: column(), x2: column(), y2: column(), local: new Float64Array(4 * count), logScale: column(), angle: column(), ratio: column()
  }
}

/** Several sets in one, best first. */
export function pool (sets: readonly Matches[]): Matches {
  const order = sets.flatMap((set, s) => Array.from({ length: set.count }, (_, m) => ({ s, m, ratio: set.ratio[m]! })))
    .sort((one, other) => one.ratio - other.ratio)
  const pooled = allocate(order.length)
  order.forEach(({ s, m }, to) => {
    const set = sets[s]!
    for (const column of ['x1', 'y1', 'x2', 'y2', 'logScale', 'angle', 'ratio'] as const) pooled[column][to] = set[column][m]!
    pooled.local.set(set.local.subarray(4 * m, 4 * m + 4), 4 * to)
  })
  return pooled
}
