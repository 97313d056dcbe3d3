// The shape of a difference as a person would draw it: by the plain colour distance, within what was found.
import { blurPlane } from '../../imaging/blur-plane.js'
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'
import { type Region, dilateMask, solidRegion, trimmed } from '../../imaging/regions.js'
import type { Scratch } from '../../imaging/scratch.js'
import { noiseAt } from './detect.js'

/** The plain colour distance of a pair, in CIELAB units, a little blurred. */
export function plainDistance (first: LabPlanes, second: LabPlanes, scratch: Scratch): Float32Array {
  const { width, height } = first.lightness
  const half = first.a.width
  const chroma = scratch.floats(first.a.data.length)
  for (let i = 0; i < chroma.length; i++) {
    const a = first.a.data[i]! - second.a.data[i]!
    const b = first.b.data[i]! - second.b.data[i]!
    chroma[i] = a * a + b * b
  }
  const out = scratch.floats(width * height)
  for (let y = 0, at = 0; y < height; y++) {
    const row = (y >> 1) * half
    for (let x = 0; x < width; x++, at++) {
      const l = first.lightness.data[at]! - second.lightness.data[at]!
      out[at] = Math.sqrt(l * l + chroma[row + (x >> 1)]!)
    }
  }
  const blurred = blurPlane({ data: out, width, height }, BLUR_SIGMA, scratch).data
  scratch.give(chroma, out)
  return blurred
}

const BLUR_SIGMA = 0.5
const MIN_DISTANCE = 5
const NOISE_FACTOR = 3
const SHARE_OF_STRONG = 0.3
// Lines and letters are all edge: half of their strength is where their edge lies.
const SHARE_OF_STRONG_IF_THIN = 0.45
const THIN_PX = 6
const STRONG_QUANTILE = 0.95
const REGROWN_PX = 3

/** One piece without holes, and its greatest distance. */
export interface Outlined {
  readonly region: Region
  readonly peak: number
}

/** Draws the outline of a difference anew. */
export function outline (region: Region, distance: Float32Array, noise: Plane, inside: Uint8Array, width: number, height: number): Outlined {
  const left = Math.max(0, region.box.x - REGROWN_PX)
  const top = Math.max(0, region.box.y - REGROWN_PX)
  const box = {
    x: left,
    y: top,
    width: Math.min(width, region.box.x + region.box.width + REGROWN_PX) - left,
    height: Math.min(height, region.box.y + region.box.height + REGROWN_PX) - top
  }
  const found = new Uint8Array(box.width * box.height)
  const values: number[] = []
  for (let y = 0, i = 0; y < region.box.height; y++) {
    for (let x = 0; x < region.box.width; x++, i++) {
      if (region.mask[i] === 0) continue
      found[(region.box.y + y - top) * box.width + region.box.x + x - left] = 1
      values.push(distance[(region.box.y + y) * width + region.box.x + x]!)
    }
  }
  const sorted = Float32Array.from(values).sort()
  const strong = sorted[Math.floor((sorted.length - 1) * STRONG_QUANTILE)] ?? 0
  const peak = sorted[sorted.length - 1] ?? 0
  const draw = (share: number): Uint8Array => {
    const clear = new Uint8Array(found.length)
    for (let y = 0, i = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++, i++) {
        const at = (top + y) * width + left + x
        if (inside[at] !== 0 && distance[at]! > Math.max(MIN_DISTANCE, NOISE_FACTOR * noiseAt(noise, left + x, top + y), share * strong)) clear[i] = 1
      }
    }
    const core = found.map((mark, i) => mark & clear[i]!)
    return dilateMask(core, box.width, box.height, REGROWN_PX).map((near, i) => near & clear[i]!)
  }
  let drawn = draw(SHARE_OF_STRONG)
  if (!drawn.includes(1)) return { region: solidRegion(...whole(region)), peak }
  if (isThin(drawn, box)) {
    const thinner = draw(SHARE_OF_STRONG_IF_THIN)
    if (thinner.includes(1)) drawn = thinner
  }
  const { mask, box: tight } = trimmed(drawn, box)
  return { region: solidRegion(mask, tight), peak }
}

function isThin (mask: Uint8Array, box: Region['box']): boolean {
  const { box: tight } = trimmed(mask, box)
  return mask.reduce((sum, mark) => sum + mark, 0) <= THIN_PX * Math.max(tight.width, tight.height)
}

function whole (region: Region): [Uint8Array, Region['box']] {
  const { mask, box } = trimmed(Uint8Array.from(region.mask), region.box)
  return [mask, box]
}
