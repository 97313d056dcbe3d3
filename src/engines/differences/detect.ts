// From two pictures in register and in one light to the pixels that differ: three sizes, thresholds by the pair's noise.
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'
import { dilateMask, findRegions, type Region } from '../../imaging/regions.js'
import { halvePlane } from '../../imaging/resample.js'
import { chooseReach, envelopeDistance } from './envelope.js'
import { activityOf, noiseOf } from './noise.js'

/** What was found, at the size of the pair. */
export interface Evidence {
  /** How many times the threshold of a seed is reached at each pixel, over all sizes. */
  readonly strength: Float32Array
  /** Distance and noise at full size, in CIELAB units. */
  readonly distance: Float32Array
  readonly noise: Float32Array
  /** Pixels of residual displacement that are tolerated. */
  readonly reach: number
  /** Candidates: one mask each, not yet verified. */
  readonly regions: readonly Region[]
}

// Half and quarter size see wide, weak changes; there displacement is half as many pixels, but not quite.
const SIZES = [
  { reach: 1, floor: 1 },
  { reach: 0.6, floor: 0.8 },
  { reach: 0.4, floor: 0.65 }
] as const
const MIN_SIDE_PX = 16
const SEED_FLOOR = 4
const SEED_NOISE = 4
const GROW_FLOOR = 2.5
const GROW_NOISE = 2
// What belongs to one difference lies within so many pixels of it, and is not much weaker than its strongest.
const GROUP_RADIUS_PX = 5
const MIN_SHARE_OF_PEAK = 0.3
const MIN_AREA_PX = 6

/** Looks for what differs. `inside` is 0 where the second picture does not reach. */
export function findEvidence (first: LabPlanes, second: LabPlanes, inside: Uint8Array): Evidence {
  const { width, height } = first
  const reach = chooseReach(lightnessOf(first), lightnessOf(second), inside)
  const strength = new Float32Array(width * height)
  const grown = new Uint8Array(width * height)
  let a = first
  let b = second
  let seen = inside
  let fullDistance = new Float32Array(0)
  let fullNoise = new Float32Array(0)
  SIZES.forEach((size, index) => {
    if (index > 0) {
      if (Math.min(a.width, a.height) < 2 * MIN_SIDE_PX) return
      seen = halveMask(seen, a.width, a.height)
      a = halveLab(a)
      b = halveLab(b)
    }
    const distance = envelopeDistance(a, b, size.reach * reach)
    const noise = noiseOf(distance, activityOf(lightnessOf(a), lightnessOf(b)), seen)
    addStrength(strength, grown, width, height, distance, noise, seen, a.width, index, size.floor)
    if (index === 0) {
      fullDistance = distance as Float32Array<ArrayBuffer>
      fullNoise = noise as Float32Array<ArrayBuffer>
    }
  })
  return { strength, distance: fullDistance, noise: fullNoise, reach, regions: candidates(strength, grown, width, height) }
}

function lightnessOf ({ lightness, width, height }: LabPlanes): Plane {
  return { data: lightness, width, height }
}

function halveLab ({ lightness, a, b, width, height }: LabPlanes): LabPlanes {
  const half = halvePlane({ data: lightness, width, height })
  return { width: half.width, height: half.height, lightness: half.data, a: halvePlane({ data: a, width, height }).data, b: halvePlane({ data: b, width, height }).data }
}

/** 1 only where all four pixels are. */
function halveMask (mask: Uint8Array, width: number, height: number): Uint8Array {
  const halfWidth = (width + 1) >> 1
  const halfHeight = (height + 1) >> 1
  const out = new Uint8Array(halfWidth * halfHeight)
  for (let y = 0; y < halfHeight; y++) {
    const above = 2 * y * width
    const below = 2 * y + 1 < height ? above + width : above
    for (let x = 0; x < halfWidth; x++) {
      const left = 2 * x
      const right = left + 1 < width ? left + 1 : left
      out[y * halfWidth + x] = mask[above + left]! & mask[above + right]! & mask[below + left]! & mask[below + right]!
    }
  }
  return out
}

/** Adds what one size has found, each of its pixels to all those it stands for. */
function addStrength (
  strength: Float32Array, grown: Uint8Array, width: number, height: number,
  distance: Float32Array, noise: Float32Array, seen: Uint8Array, sizeWidth: number, shift: number, floor: number
): void {
  for (let y = 0, at = 0; y < height; y++) {
    const row = (y >> shift) * sizeWidth
    for (let x = 0; x < width; x++, at++) {
      const from = row + (x >> shift)
      const d = distance[from]!
      if (d < GROW_FLOOR * floor || seen[from] === 0) continue
      const n = noise[from]!
      if (d > Math.max(GROW_FLOOR * floor, GROW_NOISE * n)) grown[at] = 1
      const reached = d / Math.max(SEED_FLOOR * floor, SEED_NOISE * n)
      if (reached > strength[at]!) strength[at] = reached
    }
  }
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
