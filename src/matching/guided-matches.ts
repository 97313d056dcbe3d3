// Matching again once a homography is known: only where it sends a point, so that many more points may match, among
// them those of repeated patterns.
import { type Homography, areaScale } from '../imaging/homography.js'
import type { Features } from './features.js'
import { type Matches, fromPairs, plainView } from './matches.js'

/** Distances up to which two descriptors may belong together: Hamming bits, or squared for SIFT. */
const MAX_DISTANCE: Readonly<Record<Features['kind'], number>> = { orb: 64, akaze: 120, sift: 90_000 }
const MAX_LOG_SCALE = 0.8
const CELL_PX = 8

/** One-to-one matches within `radiusPx` of where the homography sends the reference's points. */
export function matchAlong (reference: Features, query: Features, homography: Homography, radiusPx: number): Matches {
  const cells = sortIntoCells(query)
  const distanceOf = query.norm === 'hamming' ? hamming(reference, query) : euclidean(reference, query)
  const ofQuery = new Int32Array(query.count).fill(-1)
  const distances = new Int32Array(query.count).fill(MAX_DISTANCE[query.kind] + 1)
  const ofReference = new Int32Array(reference.count).fill(-1)
  for (let i = 0; i < reference.count; i++) {
    const x = reference.x[i]!
    const y = reference.y[i]!
    const w = homography[6]! * x + homography[7]! * y + homography[8]!
    const u = (homography[0]! * x + homography[1]! * y + homography[2]!) / w
    const v = (homography[3]! * x + homography[4]! * y + homography[5]!) / w
    if (!(u > -radiusPx && v > -radiusPx && u < cells.width + radiusPx && v < cells.height + radiusPx)) continue
    const logScale = 0.5 * Math.log(Math.max(1e-9, areaScale(homography, x, y)))
    let best = MAX_DISTANCE[query.kind] + 1
    visit(cells, u, v, radiusPx, j => {
      if ((query.x[j]! - u) ** 2 + (query.y[j]! - v) ** 2 > radiusPx * radiusPx) return
      if (Math.abs(Math.log(query.size[j]! / reference.size[i]!) - logScale) > MAX_LOG_SCALE) return
      const distance = distanceOf(i, j)
      if (distance < best) {
        best = distance
        ofReference[i] = j
      }
    })
    const j = ofReference[i]!
    if (j >= 0 && best < distances[j]!) {
      distances[j] = best
      ofQuery[j] = i
    }
  }
  const pairs = Array.from(ofReference.keys())
    .filter(i => ofReference[i]! >= 0 && ofQuery[ofReference[i]!] === i)
    .map(i => ({ a: i, b: ofReference[i]!, ratio: distances[ofReference[i]!]! / MAX_DISTANCE[query.kind] }))
  return fromPairs(plainView(reference), plainView(query), pairs)
}

interface Cells {
  readonly width: number
  readonly height: number
  readonly across: number
  readonly down: number
  /** Where the points of a cell begin in `order`. */
  readonly start: Int32Array
  readonly order: Int32Array
}

function sortIntoCells ({ count, x, y }: Features): Cells {
  const width = x.reduce((most, value) => Math.max(most, value), 0)
  const height = y.reduce((most, value) => Math.max(most, value), 0)
  const across = Math.floor(width / CELL_PX) + 1
  const down = Math.floor(height / CELL_PX) + 1
  const cellOf = (i: number): number => Math.max(0, Math.floor(y[i]! / CELL_PX)) * across + Math.max(0, Math.floor(x[i]! / CELL_PX))
  const start = new Int32Array(across * down + 1)
  for (let i = 0; i < count; i++) start[cellOf(i) + 1]!++
  for (let cell = 0; cell < across * down; cell++) start[cell + 1]! += start[cell]!
  const next = start.slice()
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) order[next[cellOf(i)]!++] = i
  return { width, height, across, down, start, order }
}

function visit ({ across, down, start, order }: Cells, x: number, y: number, radius: number, see: (index: number) => void): void {
  const left = Math.max(0, Math.floor((x - radius) / CELL_PX))
  const right = Math.min(across - 1, Math.floor((x + radius) / CELL_PX))
  const bottom = Math.min(down - 1, Math.floor((y + radius) / CELL_PX))
  for (let row = Math.max(0, Math.floor((y - radius) / CELL_PX)); row <= bottom; row++) {
    for (let at = start[row * across + left]!; at < start[row * across + right + 1]!; at++) see(order[at]!)
  }
}

function hamming (a: Features, b: Features): (i: number, j: number) => number {
  const words = a.bytes / 4
  const [left, right] = [a, b].map(({ descriptors }) => new Int32Array(descriptors.buffer, descriptors.byteOffset, descriptors.byteLength / 4)) as [Int32Array, Int32Array]
  return (i, j) => {
    let bits = 0
    for (let k = 0; k < words; k++) {
      let v = left[i * words + k]! ^ right[j * words + k]!
      v -= (v >>> 1) & 0x55555555
      v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
      bits += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
    }
    return bits
  }
}

function euclidean (a: Features, b: Features): (i: number, j: number) => number {
  const numbers = a.bytes / 2
  const [left, right] = [a, b].map(({ descriptors }) => new Int16Array(descriptors.buffer, descriptors.byteOffset, descriptors.byteLength / 2)) as [Int16Array, Int16Array]
  return (i, j) => {
    let sum = 0
    for (let k = 0; k < numbers; k++) sum += (left[i * numbers + k]! - right[j * numbers + k]!) ** 2
    return sum
  }
}
