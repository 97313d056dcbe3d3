// Which candidates are differences: strong or wide enough, and not explained by a displacement of the whole place.
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'
import type { Region } from '../../imaging/regions.js'
import { type Evidence, forEachPixel, noiseAt, peakIn } from './detect.js'
import { wideExcess } from './envelope.js'

const MIN_STRENGTH = 3
const MIN_DISTANCE = 12
const MIN_THICKNESS_PX = 1.5
// Thinner lines count where they are this strong.
const THIN_STRENGTH = 4.5
// A thin strip is a line only if it differs from all around it in the other picture; else it is an edge that moved.
const MAX_STRIP_WIDTH_PX = 3
const MIN_STRIP_LENGTH_PX = 8
const STRIP_ELONGATION = 3
const MIN_LINE_EXCESS = 6
// What is wide may be weak; narrower, weak crumbs of a coarse size grow together to as much.
const BIG_AREA_PX = 500
const BIG_THICKNESS_PX = 8
const BIG_STRENGTH = 1.6

/** Whether a candidate stands out enough. */
export function standsOut (region: Region, { strength, distance }: Evidence, width: number): boolean {
  const peak = peakIn(region, strength, width)
  const thickness = thicknessOf(region)
  if (region.areaPx >= BIG_AREA_PX && thickness >= BIG_THICKNESS_PX && peak >= BIG_STRENGTH) return true
  return peak >= MIN_STRENGTH && peakIn(region, distance, width) >= MIN_DISTANCE && (thickness > MIN_THICKNESS_PX || peak >= THIN_STRENGTH)
}

/** Whether an outlined region is a thin strip along an edge that lies a pixel or two elsewhere in the other picture. */
export function isMovedEdge (region: Region, { strength, reach }: Evidence, first: Plane, second: Plane): boolean {
  const length = Math.max(region.box.width, region.box.height)
  const thickness = region.areaPx / length
  if (length < MIN_STRIP_LENGTH_PX || thickness > MAX_STRIP_WIDTH_PX || length < STRIP_ELONGATION * thickness) return false
  // Strokes of a letter are as thin, but bent; in good register nothing else is as strong.
  const bent = Math.min(region.box.width, region.box.height) > MAX_STRIP_WIDTH_PX
  if (bent && reach < 1 && peakIn(region, strength, first.width) >= THIN_STRENGTH) return false
  let most = 0
  forEachPixel(region, first.width, at => {
    const x = at % first.width
    most = Math.max(most, wideExcess(first, second, x, (at - x) / first.width))
  })
  return most < MIN_LINE_EXCESS
}

const STRAIGHT = 3
const DIAGONAL = 4

/** The greatest distance of a pixel of the region to the nearest outside of it, in pixels; 1 for lines. */
export function thicknessOf ({ box: { width, height }, mask }: Region): number {
  const stride = width + 2
  const distance = new Uint16Array(stride * (height + 2))
  let most = 0
  for (let y = 1; y <= height; y++) {
    for (let x = 1; x <= width; x++) {
      if (mask[(y - 1) * width + x - 1] === 0) continue
      const at = y * stride + x
      distance[at] = Math.min(distance[at - 1]! + STRAIGHT, distance[at - stride]! + STRAIGHT, distance[at - stride - 1]! + DIAGONAL, distance[at - stride + 1]! + DIAGONAL)
    }
  }
  for (let y = height; y >= 1; y--) {
    for (let x = width; x >= 1; x--) {
      const at = y * stride + x
      if (distance[at] === 0) continue
      distance[at] = Math.min(distance[at]!, distance[at + 1]! + STRAIGHT, distance[at + stride]! + STRAIGHT, distance[at + stride + 1]! + DIAGONAL, distance[at + stride - 1]! + DIAGONAL)
      most = Math.max(most, distance[at]!)
    }
  }
  return most / STRAIGHT
}

const WINDOW_MARGIN_PX = 6
const NOISE_FACTOR = 2.5
const NOISE_FLOOR = 1
const EXPLAINED = 0.6
const CHROMA_WEIGHT = 0.64
// Of a large window only every so many pixels are compared.
const MAX_COMPARED_PX = 20_000

/**
 * Whether the second picture, moved by a pixel or a few, looks like the first in the whole place around a candidate.
 * The whole place has to: a thin break alone would always be hidden by its neighbourhood.
 */
export function isDisplaced (region: Region, first: LabPlanes, second: LabPlanes, { noise, reach }: Evidence): boolean {
  const { width, height } = first.lightness
  const half = first.a.width
  const radius = reach > 1 ? 3 : reach > 0.3 ? 2 : 1
  const left = Math.max(0, region.box.x - WINDOW_MARGIN_PX)
  const top = Math.max(0, region.box.y - WINDOW_MARGIN_PX)
  const right = Math.min(width, region.box.x + region.box.width + WINDOW_MARGIN_PX)
  const bottom = Math.min(height, region.box.y + region.box.height + WINDOW_MARGIN_PX)
  const step = Math.max(1, Math.round(Math.sqrt((right - left) * (bottom - top) / MAX_COMPARED_PX)))
  const difference = (dx: number, dy: number): number => {
    let sum = 0
    for (let y = top; y < bottom; y += step) {
      const movedY = Math.min(height - 1, Math.max(0, y + dy))
      for (let x = left; x < right; x += step) {
        const movedX = Math.min(width - 1, Math.max(0, x + dx))
        const l = first.lightness.data[y * width + x]! - second.lightness.data[movedY * width + movedX]!
        // Chroma has half the size. What was only recoloured is as light as before, wherever one looks.
        const here = (y >> 1) * half + (x >> 1)
        const there = (movedY >> 1) * half + (movedX >> 1)
        const a = first.a.data[here]! - second.a.data[there]!
        const b = first.b.data[here]! - second.b.data[there]!
        const found = Math.sqrt(l * l + CHROMA_WEIGHT * (a * a + b * b)) - NOISE_FACTOR * noiseAt(noise, x, y) - NOISE_FLOOR
        if (found > 0) sum += found
      }
    }
    return sum
  }
  const still = difference(0, 0)
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if ((dx !== 0 || dy !== 0) && difference(dx, dy) <= EXPLAINED * still) return true
    }
  }
  return false
}
