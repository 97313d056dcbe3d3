// The shape of a difference as a person would draw it: by the plain colour distance, within what was found.
import { type LabPlanes, type LevelReader, type Plane, type RgbImage, writeLab, writeLabOfLevels } from '../../imaging/lab-planes.js'
import { type Region, dilateMask, solidRegion, trimmed } from '../../imaging/regions.js'
import { noiseAt } from './detect.js'

/** The plain colour distance of a pair at a pixel, in CIELAB units. */
export type PixelDistance = (pixel: number, x: number, y: number) => number

/**
 * Makes it of two pictures in register: lightness from the planes that were made equally sharp, chroma at full size from
 * the pixels themselves, since the planes' half size would widen a hair-thin line.
 * @param read the second picture's levels in the first one's light; its own if not given
 */
export function createDistance (first: RgbImage, second: RgbImage, planes: { readonly first: LabPlanes, readonly second: LabPlanes }, read?: LevelReader): PixelDistance {
  const one = planes.first.lightness.data
  const other = planes.second.lightness.data
  const lab = new Float64Array(6)
  const levels = new Float64Array(3)
  return (pixel, x, y) => {
    const at = pixel * 3
    writeLab(first.data[at]!, first.data[at + 1]!, first.data[at + 2]!, lab, 0)
    if (read === undefined) levels.set(second.data.subarray(at, at + 3))
    else read(pixel, x, y, levels)
    writeLabOfLevels(levels, lab, 3)
    return Math.hypot(one[pixel]! - other[pixel]!, lab[1]! - lab[4]!, lab[2]! - lab[5]!)
  }
}

/** What differs by less, in CIELAB units, is not drawn: few would see it. */
export const LEAST_SEEN = 5
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
export function outline (region: Region, distanceAt: PixelDistance, noise: Plane, inside: Uint8Array, width: number, height: number): Outlined {
  const left = Math.max(0, region.box.x - REGROWN_PX)
  const top = Math.max(0, region.box.y - REGROWN_PX)
  const box = {
    x: left,
    y: top,
    width: Math.min(width, region.box.x + region.box.width + REGROWN_PX) - left,
    height: Math.min(height, region.box.y + region.box.height + REGROWN_PX) - top
  }
  const found = new Uint8Array(box.width * box.height)
  const distance = new Float32Array(box.width * box.height)
  for (let y = 0, i = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++, i++) distance[i] = distanceAt((top + y) * width + left + x, left + x, top + y)
  }
  const values: number[] = []
  for (let y = 0, i = 0; y < region.box.height; y++) {
    for (let x = 0; x < region.box.width; x++, i++) {
      if (region.mask[i] === 0) continue
      const at = (region.box.y + y - top) * box.width + region.box.x + x - left
      found[at] = 1
      values.push(distance[at]!)
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
        if (inside[at] !== 0 && distance[i]! > Math.max(LEAST_SEEN, NOISE_FACTOR * noiseAt(noise, left + x, top + y), share * strong)) clear[i] = 1
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
