// The least and the greatest around each pixel.
import type { Plane } from './lab-planes.js'
import type { Scratch } from './scratch.js'

/** Both arrays are of the scratch. */
export interface Extremes {
  readonly least: Float32Array
  readonly most: Float32Array
}

/** Least and greatest of the 3 x 3 pixels around each; at the border of those that exist. */
export function extremes3 ({ data, width, height }: Plane, scratch: Scratch): Extremes {
  const least = scratch.floats(width * height)
  const most = scratch.floats(width * height)
  overThree(data, least, width, height, false)
  overThree(data, most, width, height, true)
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

/** Writes the least or the greatest of 3 x 3 values to `out`. */
export function overThree (data: Float32Array, out: Float32Array, width: number, height: number, greatest: boolean): void {
  // One row at a time: first down the columns, then along the row.
  const column = new Float32Array(width)
  const last = width - 1
  for (let y = 0; y < height; y++) {
    const here = y * width
    const above = y > 0 ? here - width : here
    const below = y < height - 1 ? here + width : here
    if (greatest) {
      for (let x = 0; x < width; x++) {
        const a = data[above + x]!
        const b = data[here + x]!
        const c = data[below + x]!
        const high = a > b ? a : b
        column[x] = high > c ? high : c
      }
      out[here] = Math.max(column[0]!, column[Math.min(1, last)]!)
      out[here + last] = Math.max(column[last]!, column[Math.max(0, last - 1)]!)
      for (let x = 1; x < last; x++) {
        const a = column[x - 1]!
        const b = column[x]!
        const c = column[x + 1]!
        const high = a > b ? a : b
        out[here + x] = high > c ? high : c
      }
    } else {
      for (let x = 0; x < width; x++) {
        const a = data[above + x]!
        const b = data[here + x]!
        const c = data[below + x]!
        const low = a < b ? a : b
        column[x] = low < c ? low : c
      }
      out[here] = Math.min(column[0]!, column[Math.min(1, last)]!)
      out[here + last] = Math.min(column[last]!, column[Math.max(0, last - 1)]!)
      for (let x = 1; x < last; x++) {
        const a = column[x - 1]!
        const b = column[x]!
        const c = column[x + 1]!
        const low = a < b ? a : b
        out[here + x] = low < c ? low : c
      }
    }
  }
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
