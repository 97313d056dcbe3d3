// The least and the greatest around each pixel.
import { extremesOf } from './bands.js'
import type { Plane } from './lab-planes.js'
import type { Scratch } from './scratch.js'

/** Both arrays are of the scratch. */
export interface Extremes {
  readonly least: Float32Array
  readonly most: Float32Array
}

/** Least and greatest of the 3 x 3 pixels around each; at the border of those that exist. */
export function extremes3 (plane: Plane, scratch: Scratch): Extremes {
  const { width, height } = plane
  const least = scratch.floats(width * height)
  const most = scratch.floats(width * height)
  extremesOf(plane, plane, least, most)
  return { least, most }
}

/** Least and greatest within two pixels of each: the 5 x 5 pixels without their corners. */
export function extremes5 (plane: Plane, scratch: Scratch): Extremes {
  const { width, height } = plane
  const near = extremes3(plane, scratch)
  // A plus of 3 x 3 squares makes the square of five without its corners.
  const least = scratch.floats(width * height)
  const most = scratch.floats(width * height)
  overPlus(near.least, least, width, height, false)
  overPlus(near.most, most, width, height, true)
  scratch.give(near.least, near.most)
  return { least, most }
}

/** How far the greatest and the least of the 5 x 5 pixels around each lie apart. Of the scratch. */
export function range5 (plane: Plane, scratch: Scratch): Float32Array {
  const { width, height } = plane
  const near = extremes3(plane, scratch)
  const least = scratch.floats(width * height)
  const most = scratch.floats(width * height)
  extremesOf({ data: near.least, width, height }, { data: near.most, width, height }, least, most)
  for (let i = 0; i < most.length; i++) most[i]! -= least[i]!
  scratch.give(near.least, near.most, least)
  return most
}

function overPlus (values: Float32Array, out: Float32Array, width: number, height: number, greatest: boolean): void {
  for (let y = 0; y < height; y++) {
    const row = y * width
    const above = y > 0 ? row - width : row
    const below = y < height - 1 ? row + width : row
    for (let x = 0; x < width; x++) {
      const left = values[row + (x > 0 ? x - 1 : 0)]!
      const right = values[row + (x < width - 1 ? x + 1 : x)]!
      out[row + x] = greatest
        ? Math.max(values[row + x]!, left, right, values[above + x]!, values[below + x]!)
        : Math.min(values[row + x]!, left, right, values[above + x]!, values[below + x]!)
    }
  }
}
