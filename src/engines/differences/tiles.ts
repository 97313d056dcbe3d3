// Large pictures once more at their own size, tile by tile: a letter of small print or a hair-thin break is gone at the
// working size.
import { blurPlane } from '../../imaging/blur-plane.js'
import type { Box } from '../../imaging/boxes.js'
import { type Homography, compose, cornersOf, identity, project } from '../../imaging/homography.js'
import type { RgbImage } from '../../imaging/lab-planes.js'
import { refineMotion } from '../../imaging/lucas-kanade.js'
import type { Scratch } from '../../imaging/scratch.js'
import { greyPlane } from '../../imaging/shrink.js'
import { inPixels } from './align.js'
import type { Outlined } from './outline.js'
import { compareSeen, seenFrom } from './tolerant.js'

// Time grows with pixels: no more are compared of either picture. A page of A4 scanned at 300 dpi has as many.
const MAX_PIXELS = 9e6
const TILE_PX = 1024
// On either side of a tile, seen with it and not reported: differences on a border belong to the tile of their middle.
const MARGIN_PX = 48
const BLUR_SIGMA = 0.8
// Paper and lenses bend: within a tile the register may be better, but not elsewhere.
const MAX_MOVE_PX = 4
const MIN_MOVE_PX = 0.1
const ITERATIONS = 8
// What lies so near to a known difference belongs to it.
const KNOWN_GAP_PX = 12

/** The longer side at which two pictures are compared tile by tile: neither is enlarged. */
export function fineSide (first: RgbImage, second: RgbImage): number {
  const side = ({ width, height }: RgbImage): number => Math.max(width, height)
  const bounded = (image: RgbImage): number => Math.floor(side(image) * Math.min(1, Math.sqrt(MAX_PIXELS / (image.width * image.height))))
  return Math.min(bounded(first), bounded(second))
}

/**
 * The differences of two pictures that lie apart from those known already, in pixels of the first.
 * @param map from shares of the first picture's sides to shares of the second's
 * @param known boxes in pixels of the first
 */
export function compareTiles (first: RgbImage, second: RgbImage, map: Homography, known: readonly Box[], scratch: Scratch): Outlined[] {
  const toSecond = inPixels(map, first, second)
  return coresOf(first).flatMap(core => {
    const tile = inFrame({ x: core.x - MARGIN_PX, y: core.y - MARGIN_PX, width: core.width + 2 * MARGIN_PX, height: core.height + 2 * MARGIN_PX }, first)
    const part = cut(first, tile)
    const found = compareTile(part, second, compose(toSecond, Float64Array.of(1, 0, tile.x, 0, 1, tile.y, 0, 0, 1)), scratch)
    scratch.reset()
    return found
      .map(({ region, peak }) => ({ peak, region: { ...region, box: { ...region.box, x: region.box.x + tile.x, y: region.box.y + tile.y } } }))
      .filter(({ region: { box } }) => holdsMiddle(core, box) && !known.some(other => isNear(other, box)))
  })
}

function compareTile (part: RgbImage, second: RgbImage, map: Homography, scratch: Scratch): Outlined[] {
  const seen = seenFrom(part, second, map)
  const move = refineMotion(
    blurPlane(greyPlane(part), BLUR_SIGMA, scratch), blurPlane(greyPlane(seen.image), BLUR_SIGMA, scratch),
    identity(), { motion: 'affine', iterations: ITERATIONS }
  )
  const moved = move === undefined ? 0 : furthest(move, part)
  const better = move !== undefined && moved > MIN_MOVE_PX && moved < MAX_MOVE_PX ? seenFrom(part, second, compose(map, move)) : seen
  scratch.reset()
  return compareSeen(part, better, scratch)
}

function furthest (move: Homography, frame: RgbImage): number {
  return Math.max(...cornersOf(frame).map(([x, y]) => {
    const [u, v] = project(move, x, y)
    return Math.hypot(u - x, v - y)
  }))
}

/** Parts of equal size that cover a picture, none larger than a tile without its margins. */
function coresOf ({ width, height }: RgbImage): Box[] {
  const largest = TILE_PX - 2 * MARGIN_PX
  const across = Math.ceil(width / largest)
  const down = Math.ceil(height / largest)
  return Array.from({ length: across * down }, (_, index) => {
    const column = index % across
    const row = Math.floor(index / across)
    const left = Math.round(column * width / across)
    const top = Math.round(row * height / down)
    return { x: left, y: top, width: Math.round((column + 1) * width / across) - left, height: Math.round((row + 1) * height / down) - top }
  })
}

function inFrame ({ x, y, width, height }: Box, frame: RgbImage): Box {
  const left = Math.max(0, x)
  const top = Math.max(0, y)
  return { x: left, y: top, width: Math.min(frame.width, x + width) - left, height: Math.min(frame.height, y + height) - top }
}

function cut ({ data, width }: RgbImage, box: Box): RgbImage {
  const out = new Uint8Array(box.width * box.height * 3)
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * width + box.x) * 3
    out.set(data.subarray(from, from + box.width * 3), y * box.width * 3)
  }
  return { data: out, width: box.width, height: box.height }
}

function holdsMiddle (core: Box, box: Box): boolean {
  const x = box.x + box.width / 2
  const y = box.y + box.height / 2
  return x >= core.x && y >= core.y && x < core.x + core.width && y < core.y + core.height
}

function isNear (one: Box, other: Box): boolean {
  return one.x < other.x + other.width + KNOWN_GAP_PX && other.x < one.x + one.width + KNOWN_GAP_PX &&
    one.y < other.y + other.height + KNOWN_GAP_PX && other.y < one.y + one.height + KNOWN_GAP_PX
}

/** A box under a map that only changes its scale. */
export function boxUnder ({ x, y, width, height }: Box, map: Homography): Box {
  const [left, top] = project(map, x - 0.5, y - 0.5)
  const [right, bottom] = project(map, x + width - 0.5, y + height - 0.5)
  return { x: left + 0.5, y: top + 0.5, width: right - left, height: bottom - top }
}
