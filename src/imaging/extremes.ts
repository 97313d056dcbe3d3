// The least and the greatest around each pixel.
import type { Plane } from './lab-planes.js'

export interface Extremes {
  readonly least: Float32Array
  readonly most: Float32Array
}

/** Least and greatest of the 3 x 3 pixels around each; at the border of those that exist. */
export function extremes3 (plane: Plane): Extremes {
  const { data, width, height } = plane
  const size = width * height
  const rowLeast = new Float32Array(size)
  const rowMost = new Float32Array(size)
  for (let y = 0; y < height; y++) {
    const row = y * width
    let before = data[row]!
    let here = before
    for (let x = 0; x < width; x++) {
      const after = x < width - 1 ? data[row + x + 1]! : here
      const low = before < here ? before : here
      const high = before < here ? here : before
      rowLeast[row + x] = after < low ? after : low
      rowMost[row + x] = after > high ? after : high
      before = here
      here = after
    }
  }
  return { least: columns(rowLeast, width, height, false), most: columns(rowMost, width, height, true) }
}

function columns (rows: Float32Array, width: number, height: number, greatest: boolean): Float32Array {
  const out = new Float32Array(rows.length)
  for (let y = 0; y < height; y++) {
    const here = y * width
    const above = y > 0 ? here - width : here
    const below = y < height - 1 ? here + width : here
    for (let x = 0; x < width; x++) {
      const a = rows[above + x]!
      const b = rows[here + x]!
      const c = rows[below + x]!
      if (greatest) out[here + x] = a > b ? (a > c ? a : c) : (b > c ? b : c)
      else out[here + x] = a < b ? (a < c ? a : c) : (b < c ? b : c)
    }
  }
  return out
}

/** Least and greatest within two pixels of each: the 5 x 5 pixels without their corners. */
export function extremes5 (plane: Plane): Extremes {
  const { width, height } = plane
  const near = extremes3(plane)
  // A plus of 3 x 3 squares makes the square of five without its corners.
  return { least: plus(near.least, width, height, false), most: plus(near.most, width, height, true) }
}

function plus (values: Float32Array, width: number, height: number, greatest: boolean): Float32Array {
  const out = new Float32Array(values.length)
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
  return out
}
