// A picture in which one sees its regions at a glance: these as they are and outlined, the rest darkened and paler.
import type { RgbImage } from '../../imaging/lab-planes.js'
import type { Region } from '../../imaging/regions.js'

const OUTLINE = [255, 32, 32] as const
// Of the longer side: one still sees the line when the picture is shown small.
const OUTLINE_SHARE = 1 / 320
const MIN_OUTLINE_PX = 2
// Between region and line, so that a single changed pixel can be seen within it.
const MARGIN_SHARE = 1 / 400
const MIN_MARGIN_PX = 3
const DIMMED_LIGHT = 0.45
const DIMMED_COLOR = 0.5

/** A copy of a picture with its regions highlighted; without any it is the picture as it was. */
export function highlight (image: RgbImage, regions: readonly Region[]): Uint8Array<ArrayBuffer> {
  const { data, width, height } = image
  const out = Uint8Array.from(data)
  if (regions.length === 0) return out
  const longer = Math.max(width, height)
  const margin = Math.max(MIN_MARGIN_PX, Math.round(longer * MARGIN_SHARE))
  const reach = margin + Math.max(MIN_OUTLINE_PX, Math.round(longer * OUTLINE_SHARE))
  const layer = new Uint8Array(width * height)
  for (const region of regions) markRegion(layer, width, height, region, margin, reach)
  for (let pixel = 0, at = 0; pixel < layer.length; pixel++, at += 3) {
    const kind = layer[pixel]
    if (kind === INSIDE) continue
    if (kind === LINE) {
      out[at] = OUTLINE[0]
      out[at + 1] = OUTLINE[1]
      out[at + 2] = OUTLINE[2]
      continue
    }
    const grey = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) / 256 * (1 - DIMMED_COLOR)
    out[at] = DIMMED_LIGHT * (grey + DIMMED_COLOR * data[at]!)
    out[at + 1] = DIMMED_LIGHT * (grey + DIMMED_COLOR * data[at + 1]!)
    out[at + 2] = DIMMED_LIGHT * (grey + DIMMED_COLOR * data[at + 2]!)
  }
  return out
}

const LINE = 1
const INSIDE = 2

function markRegion (layer: Uint8Array, width: number, height: number, { box, mask }: Region, margin: number, reach: number): void {
  const left = Math.max(0, box.x - reach)
  const top = Math.max(0, box.y - reach)
  const right = Math.min(width, box.x + box.width + reach)
  const bottom = Math.min(height, box.y + box.height + reach)
  const frameWidth = right - left
  const distance = new Uint16Array(frameWidth * (bottom - top)).fill(FAR)
  for (let y = 0; y < box.height; y++) {
    const row = (box.y + y - top) * frameWidth + box.x - left
    for (let x = 0; x < box.width; x++) if (mask[y * box.width + x] !== 0) distance[row + x] = 0
  }
  chamfer(distance, frameWidth, bottom - top)
  for (let y = top, i = 0; y < bottom; y++) {
    for (let x = left; x < right; x++, i++) {
      const pixel = y * width + x
      if (distance[i]! <= margin * STRAIGHT) layer[pixel] = INSIDE
      else if (distance[i]! <= reach * STRAIGHT && layer[pixel] !== INSIDE) layer[pixel] = LINE
    }
  }
}

// Distances in thirds of a pixel: 3 along the axes, 4 along the diagonals. Source: G. Borgefors, "Distance
// transformations in digital images", CVGIP 34 (3), 1986.
const STRAIGHT = 3
const DIAGONAL = 4
const FAR = 0xfff0

function chamfer (distance: Uint16Array, width: number, height: number): void {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let least = distance[at]!
      if (x > 0) least = Math.min(least, distance[at - 1]! + STRAIGHT)
      if (y > 0) {
        least = Math.min(least, distance[at - width]! + STRAIGHT)
        if (x > 0) least = Math.min(least, distance[at - width - 1]! + DIAGONAL)
        if (x < width - 1) least = Math.min(least, distance[at - width + 1]! + DIAGONAL)
      }
      distance[at] = Math.min(FAR, least)
    }
  }
  for (let y = height - 1, at = distance.length - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, at--) {
      let least = distance[at]!
      if (x < width - 1) least = Math.min(least, distance[at + 1]! + STRAIGHT)
      if (y < height - 1) {
        least = Math.min(least, distance[at + width]! + STRAIGHT)
        if (x < width - 1) least = Math.min(least, distance[at + width + 1]! + DIAGONAL)
        if (x > 0) least = Math.min(least, distance[at + width - 1]! + DIAGONAL)
      }
      distance[at] = least
    }
  }
}
