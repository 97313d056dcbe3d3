// From two pictures in register and in one light to the pixels that differ: three sizes, thresholds by the pair's noise.
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'
import { dilateMask, findRegions, type Region } from '../../imaging/regions.js'
import { halveMask, halvePlane } from '../../imaging/shrink.js'
import type { Scratch } from '../../imaging/scratch.js'
import { chooseReach, chromaDistance, envelopeDistance, lightnessSurroundings } from './envelope.js'
import { activityOf, noiseOf } from './noise.js'

/** What was found, at the size of the pair. */
export interface Evidence {
  /** How many times the threshold of a seed is reached at each pixel, over all sizes. */
  readonly strength: Float32Array
  /** In CIELAB units. */
  readonly distance: Float32Array
  /** In CIELAB units, at half the size. */
  readonly noise: Plane
  /** Pixels of residual displacement that are tolerated. */
  readonly reach: number
  /** Candidates: one mask each, not yet verified. */
  readonly regions: readonly Region[]
}

// Half and quarter size see wide, weak changes; there displacement is half as many pixels, but not quite.
const SMALLER = [
  { reach: 0.6, floor: 0.8 },
  { reach: 0.4, floor: 0.65 }
] as const
const CHROMA_REACH = 0.6
const MIN_SIDE_PX = 16
const SEED_FLOOR = 4
const SEED_NOISE = 4
const GROW_FLOOR = 2.5
const GROW_NOISE = 2
// What belongs to one difference lies within so many pixels of it, and is not much weaker than its strongest.
const GROUP_RADIUS_PX = 5
const MIN_SHARE_OF_PEAK = 0.3
const MIN_AREA_PX = 6

/** Looks for what differs. `inside` is 0 where the second picture does not reach. The arrays are of the scratch. */
export function findEvidence (first: LabPlanes, second: LabPlanes, inside: Masks, scratch: Scratch): Evidence {
  const { width, height } = first.lightness
  const strength = scratch.floats(width * height).fill(0)
  const grown = scratch.bytes(width * height).fill(0)
  const near = lightnessSurroundings(first.lightness, second.lightness, 1, scratch)
  const { reach, surroundings } = chooseReach(near, inside.full, scratch)

  let a = halvePlane(first.lightness)
  let b = halvePlane(second.lightness)
  let activity = activityOf(a, b, scratch)
  let chroma = chromaDistance(first, second, CHROMA_REACH * reach, scratch)
  const distance = envelopeDistance(surroundings, chroma, reach, scratch)
  const noise = noiseOf(distance, activity, inside.full, scratch)
  addStrength(strength, grown, first.lightness, { distance, noise, inside: inside.full, shift: 0, floor: 1 })

  let seen = inside.half
  SMALLER.forEach(({ reach: share, floor }, index) => {
    if (Math.min(a.width, a.height) < MIN_SIDE_PX) return
    if (index > 0) {
      seen = halveMask(seen, a.width, a.height)
      a = halvePlane(a)
      b = halvePlane(b)
      chroma = halvePlane(chroma)
      activity = activityOf(a, b, scratch)
    }
    const around = lightnessSurroundings(a, b, share * reach, scratch)
    const found = envelopeDistance(around, chroma, share * reach, scratch)
    addStrength(strength, grown, first.lightness, { distance: found, noise: noiseOf(found, activity, seen, scratch), inside: seen, shift: index + 1, floor })
  })
  return { strength, distance: distance.data, noise, reach, regions: candidates(strength, grown, width, height) }
}

/** A mask at the size of lightness and at that of chroma, half of it. */
export interface Masks {
  readonly full: Uint8Array
  readonly half: Uint8Array
}

/** What one size has found. */
interface Found {
  readonly distance: Plane
  readonly noise: Plane
  readonly inside: Uint8Array
  /** How often the size was halved. */
  readonly shift: number
  /** By how much the fixed part of the thresholds is less. */
  readonly floor: number
}

/** Adds what one size has found, each of its pixels to all those it stands for. */
function addStrength (strength: Float32Array, grown: Uint8Array, { width, height }: Plane, { distance, noise, inside, shift, floor }: Found): void {
  const noiseShift = noise.width < distance.width ? 1 : 0
  for (let y = 0, at = 0; y < height; y++) {
    const row = (y >> shift) * distance.width
    const noiseRow = (y >> (shift + noiseShift)) * noise.width
    for (let x = 0; x < width; x++, at++) {
      const from = row + (x >> shift)
      const d = distance.data[from]!
      if (d < GROW_FLOOR * floor || inside[from] === 0) continue
      const n = noise.data[noiseRow + (x >> (shift + noiseShift))]!
      if (d > Math.max(GROW_FLOOR * floor, GROW_NOISE * n)) grown[at] = 1
      const reached = d / Math.max(SEED_FLOOR * floor, SEED_NOISE * n)
      if (reached > strength[at]!) strength[at] = reached
    }
  }
}

/** The noise at the pixel (x, y) of the full size. */
export function noiseAt ({ data, width }: Plane, x: number, y: number): number {
  return data[(y >> 1) * width + (x >> 1)]!
}

function candidates (strength: Float32Array, grown: Uint8Array, width: number, height: number): Region[] {
  const kept = new Uint8Array(grown.length)
  for (const region of findRegions(grown, width, height)) {
    if (peakIn(region, strength, width) > 1) mark(kept, region, width)
  }
  // Grouped, what is weak beside the group's strongest is given up; what is left is grouped again.
  const strong = new Uint8Array(grown.length)
  for (const group of groups(kept, width, height)) {
    const least = MIN_SHARE_OF_PEAK * peakIn(group, strength, width)
    forEachPixel(group, width, at => { if (strength[at]! >= least) strong[at] = 1 })
  }
  return groups(strong, width, height).filter(({ areaPx }) => areaPx >= MIN_AREA_PX)
}

/** Marked pixels that lie near each other, as they are: in parts and with holes. */
function groups (mask: Uint8Array, width: number, height: number): Region[] {
  const near = dilateMask(mask, width, height, Math.ceil(GROUP_RADIUS_PX / 2))
  return findRegions(near, width, height).map(({ box, mask: reached }) => {
    let areaPx = 0
    const own = reached.map((inReach, i) => {
      const x = i % box.width
      const found = inReach & mask[(box.y + (i - x) / box.width) * width + box.x + x]!
      areaPx += found
      return found
    })
    return { box, mask: own, areaPx }
  })
}

/** Calls `visit` with the index of each pixel of a region in a frame of the given width. */
export function forEachPixel ({ box, mask }: Region, width: number, visit: (at: number) => void): void {
  for (let y = 0, i = 0; y < box.height; y++) {
    const row = (box.y + y) * width + box.x
    for (let x = 0; x < box.width; x++, i++) if (mask[i] !== 0) visit(row + x)
  }
}

/** The greatest value within a region. */
export function peakIn (region: Region, values: Float32Array, width: number): number {
  let peak = 0
  forEachPixel(region, width, at => { if (values[at]! > peak) peak = values[at]! })
  return peak
}

function mark (target: Uint8Array, region: Region, width: number): void {
  forEachPixel(region, width, at => { target[at] = 1 })
}
