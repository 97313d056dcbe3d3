// The colour distance that no small displacement explains: how far each pixel lies outside of what the other picture
// has around it, both ways round.
import { blurPlane } from '../../imaging/blur-plane.js'
import { type Extremes, extremes3, extremes5 } from '../../imaging/extremes.js'
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'
import type { Scratch } from '../../imaging/scratch.js'

const LIGHTNESS_BLUR = 0.7
// Chroma planes have half the size: this is more than one pixel of the picture.
const CHROMA_BLUR = 0.6
const CHROMA_WEIGHT = 0.8

// What of the pair's own edges may be left over, and beyond which distance it counts.
const REACHES = [0.3, 0.6, 1] as const
const WIDE_REACH = 2
const MAX_LEFT_SHARE = 0.018
const LEFT_DISTANCE = 4
// What is out of register is so everywhere, differences are not: the worst cells, with up to this share of all edges, do
// not count.
const CELL_PX = 64
const MAX_WORST_SHARE = 0.15
const EDGE_GRADIENT = 15
const EDGE_STEP_PX = 2

/** A plane of either picture, a little blurred, with what lies around each pixel. */
export interface Surroundings {
  readonly first: Plane
  readonly second: Plane
  readonly aroundFirst: Extremes
  readonly aroundSecond: Extremes
}

/** Makes them of two planes of one size. */
function surroundingsOf (first: Plane, second: Plane, sigma: number, wide: boolean, scratch: Scratch): Surroundings {
  const a = blurPlane(first, sigma, scratch)
  const b = blurPlane(second, sigma, scratch)
  const around = wide ? extremes5 : extremes3
  return { first: a, second: b, aroundFirst: around(a, scratch), aroundSecond: around(b, scratch) }
}

/** Those of lightness, for a reach. */
export function lightnessSurroundings (first: Plane, second: Plane, reach: number, scratch: Scratch): Surroundings {
  return surroundingsOf(first, second, LIGHTNESS_BLUR, reach > 1, scratch)
}

/** Gives the arrays back to the scratch. */
function dropSurroundings (surroundings: Surroundings, scratch: Scratch): void {
  dropExtremes(surroundings, scratch)
  scratch.give(surroundings.first.data, surroundings.second.data)
}

function dropExtremes ({ aroundFirst, aroundSecond }: Surroundings, scratch: Scratch): void {
  scratch.give(aroundFirst.least, aroundFirst.most, aroundSecond.least, aroundSecond.most)
}

/** How far two values at (x, y) lie apart beyond what the 5 x 5 pixels around either hold: more than a moved edge does. */
export function wideExcess (first: Plane, second: Plane, x: number, y: number): number {
  const at = y * first.width + x
  const one = first.data[at]!
  const other = second.data[at]!
  return Math.max(beyond(one - other, other, second, x, y), beyond(other - one, one, first, x, y))
}

/** What is left of `difference` after moving `value` towards it within the 5 x 5 pixels around. */
function beyond (difference: number, value: number, { data, width, height }: Plane, x: number, y: number): number {
  let room = 0
  for (let v = Math.max(0, y - 2); v <= Math.min(height - 1, y + 2); v++) {
    for (let u = Math.max(0, x - 2); u <= Math.min(width - 1, x + 2); u++) {
      const step = data[v * width + u]! - value
      room = difference > 0 ? Math.max(room, step) : Math.max(room, -step)
    }
  }
  return Math.max(0, Math.abs(difference) - room)
}

/**
 * The least reach, in pixels of residual displacement, at which nearly all edges of the first picture are explained by
 * the second, with the surroundings that suit it.
 */
export function chooseReach (near: Surroundings, inside: Uint8Array, scratch: Scratch): { readonly reach: number, readonly surroundings: Surroundings } {
  const { data, width, height } = near.first
  const across = Math.ceil(width / CELL_PX)
  const cells = Array.from({ length: across * Math.ceil(height / CELL_PX) }, (): number[] => [])
  for (let y = 1; y < height - 1; y += EDGE_STEP_PX) {
    for (let x = 1 + (y >> 1) % EDGE_STEP_PX; x < width - 1; x += EDGE_STEP_PX) {
      const at = y * width + x
      if (inside[at] === 0) continue
      const gx = data[at + 1]! - data[at - 1]!
      const gy = data[at + width]! - data[at - width]!
      if (gx * gx + gy * gy > EDGE_GRADIENT * EDGE_GRADIENT) cells[Math.floor(y / CELL_PX) * across + Math.floor(x / CELL_PX)]!.push(at)
    }
  }
  for (const reach of REACHES) {
    if (leftShare(cells.map(edges => ({ count: edges.length, left: edges.filter(at => excessAt(near, at, reach) > LEFT_DISTANCE).length }))) <= MAX_LEFT_SHARE) {
      return { reach, surroundings: near }
    }
  }
  const { first, second } = near
  dropExtremes(near, scratch)
  return { reach: WIDE_REACH, surroundings: { first, second, aroundFirst: extremes5(first, scratch), aroundSecond: extremes5(second, scratch) } }
}

/** Of the edges of all cells but the worst, how many are left unexplained. */
function leftShare (cells: ReadonlyArray<{ readonly count: number, readonly left: number }>): number {
  const worstFirst = cells.filter(({ count }) => count > 0).sort((a, b) => b.left / b.count - a.left / a.count)
  let passed = MAX_WORST_SHARE * worstFirst.reduce((sum, { count }) => sum + count, 0)
  let all = 0
  let left = 0
  for (const cell of worstFirst) {
    passed -= cell.count
    if (passed >= 0) continue
    all += cell.count
    left += cell.left
  }
  return all === 0 ? 0 : left / all
}

/**
 * The colour distance at each pixel, in CIELAB units; `chroma` (see chromaDistance) has the same size or half of it. The
 * surroundings' arrays go back to the scratch.
 */
export function envelopeDistance (surroundings: Surroundings, chroma: Plane, reach: number, scratch: Scratch): Plane {
  const { width, height } = surroundings.first
  const out = scratch.floats(width * height)
  const shift = chroma.width < width ? 1 : 0
  for (let y = 0, at = 0; y < height; y++) {
    const row = (y >> shift) * chroma.width
    for (let x = 0; x < width; x++, at++) {
      const l = excessAt(surroundings, at, reach)
      out[at] = Math.sqrt(l * l + chroma.data[row + (x >> shift)]!)
    }
  }
  dropSurroundings(surroundings, scratch)
  return { data: out, width, height }
}

/** The squared and weighted chroma distance at each pixel of the chroma planes. */
export function chromaDistance (first: LabPlanes, second: LabPlanes, reach: number, scratch: Scratch): Plane {
  const a = surroundingsOf(first.a, second.a, CHROMA_BLUR, reach > 1, scratch)
  const b = surroundingsOf(first.b, second.b, CHROMA_BLUR, reach > 1, scratch)
  const { width, height } = first.a
  const data = scratch.floats(width * height)
  const weight = CHROMA_WEIGHT * CHROMA_WEIGHT
  for (let at = 0; at < data.length; at++) {
    const onA = excessAt(a, at, reach)
    const onB = excessAt(b, at, reach)
    data[at] = weight * (onA * onA + onB * onB)
  }
  dropSurroundings(a, scratch)
  dropSurroundings(b, scratch)
  return { data, width, height }
}

/**
 * How far two values lie apart beyond what either has around it on the other's side. Within a pixel of reach the
 * envelope shrinks towards the value itself; two pixels have an envelope of their own.
 */
function excessAt ({ first, second, aroundFirst, aroundSecond }: Surroundings, at: number, reach: number): number {
  const one = first.data[at]!
  const other = second.data[at]!
  const difference = one - other
  const roomOfSecond = difference > 0 ? aroundSecond.most[at]! - other : other - aroundSecond.least[at]!
  const roomOfFirst = difference > 0 ? one - aroundFirst.least[at]! : aroundFirst.most[at]! - one
  const size = difference > 0 ? difference : -difference
  const excess = size - (reach > 1 ? 1 : reach) * (roomOfFirst < roomOfSecond ? roomOfFirst : roomOfSecond)
  return excess > 0 ? excess : 0
}
