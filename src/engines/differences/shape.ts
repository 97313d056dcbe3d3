// A region as a client gets it: box, outline, circle, how much of the circle it fills, and its mask as a picture.
import type { Box } from '../../imaging/boxes.js'
import { traceContour } from '../../imaging/contour.js'
import { type Circle, enclosingCircle } from '../../imaging/enclosing-circle.js'
import { greyPng } from '../../imaging/grey-png.js'
import { type Homography, invert, project } from '../../imaging/homography.js'
import { type Region, solidRegion, trimmed } from '../../imaging/regions.js'

/** One piece without holes, in whole pixels of a picture; all but the box relative to the box's top-left corner. */
export interface Shape {
  readonly box: Box
  /** Every pixel of the outer border in turn, x and y interleaved (see traceContour). */
  readonly contour: Int32Array
  /** The smallest circle around the border's pixel centres. */
  readonly circle: Circle
  /** The region's pixels over the circle's area, at most 1. */
  readonly occupancy: number
  /** The mask in the size of the box, 0 or 255, as a PNG. */
  readonly maskPng: Uint8Array
}

/** What a size is of. */
export interface Frame {
  readonly width: number
  readonly height: number
}

/** The shape of a region. */
export function shapeOf ({ box, mask, areaPx }: Region): Shape {
  const contour = traceContour(mask, box.width, box.height)
  const circle = enclosingCircle(contour)
  const circlePx = Math.PI * circle.radius * circle.radius
  return {
    box,
    contour,
    circle,
    occupancy: circlePx > areaPx ? areaPx / circlePx : 1,
    maskPng: greyPng(mask.map(marked => marked * 255), box.width, box.height)
  }
}

/**
 * A region of one frame as it lies in another, one piece without holes: the pixels of the other frame whose centres
 * come from marked ones, or the one pixel nearest to them where all fall between. Undefined where it lies outside.
 * @param toRegion from pixels of the other frame to pixels of the region's frame (centre of the first pixel at 0)
 */
export function regionInFrame (region: Region, toRegion: Homography, frame: Frame): Region | undefined {
  const fromRegion = invert(toRegion)
  if (fromRegion === undefined) return undefined
  const { box } = region
  const corners = [[-0.5, -0.5], [box.width - 0.5, -0.5], [box.width - 0.5, box.height - 0.5], [-0.5, box.height - 0.5]] as const
  const places = corners.map(([x, y]) => project(fromRegion, box.x + x, box.y + y))
  if (!places.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) return undefined
  const left = Math.max(0, Math.floor(Math.min(...places.map(([x]) => x))))
  const top = Math.max(0, Math.floor(Math.min(...places.map(([, y]) => y))))
  const right = Math.min(frame.width - 1, Math.ceil(Math.max(...places.map(([x]) => x))))
  const bottom = Math.min(frame.height - 1, Math.ceil(Math.max(...places.map(([, y]) => y))))
  if (right < left || bottom < top) return undefined
  const around = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
  const mask = new Uint8Array(around.width * around.height)
  let marked = 0
  for (let y = 0; y < around.height; y++) {
    for (let x = 0; x < around.width; x++) {
      const [u, v] = project(toRegion, left + x, top + y)
      const column = Math.round(u) - box.x
      const row = Math.round(v) - box.y
      if (column < 0 || row < 0 || column >= box.width || row >= box.height || region.mask[row * box.width + column] === 0) continue
      mask[y * around.width + x] = 1
      marked++
    }
  }
  if (marked === 0) mask[Math.floor(around.height / 2) * around.width + Math.floor(around.width / 2)] = 1
  const tight = trimmed(mask, around)
  return solidRegion(tight.mask, tight.box)
}
