// Gaussian blur of planes of numbers; separable, the border repeats.
import type { Plane } from './lab-planes.js'
import type { Scratch } from './scratch.js'

/** How far a kernel reaches, in standard deviations: what lies beyond weighs less than a hundredth. */
const REACH = 2.6

/** One half of a Gaussian kernel, the middle first; all of it sums to 1. */
export function gaussianTaps (sigma: number): Float64Array {
  const radius = Math.max(1, Math.ceil(sigma * REACH))
  const taps = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-k * k / (2 * sigma * sigma)))
  const sum = 2 * taps.reduce((total, tap) => total + tap, 0) - taps[0]!
  return taps.map(tap => tap / sum)
}

/** A blurred copy, whose array is of the scratch; `sigma` in pixels, more than 0. */
export function blurPlane ({ data, width, height }: Plane, sigma: number, scratch: Scratch): Plane {
  const taps = gaussianTaps(sigma)
  const radius = taps.length - 1
  const out = scratch.floats(width * height)
  // One row at a time, first down the columns into a row with its border repeated on both sides, then along it.
  const column = new Float32Array(width + 2 * radius)
  for (let y = 0; y < height; y++) {
    blurColumns(data, column.subarray(radius, radius + width), y, width, height, taps)
    column.fill(column[radius]!, 0, radius)
    column.fill(column[radius + width - 1]!, radius + width)
    blurRow(column, out, y * width, width, taps)
  }
  return { data: out, width, height }
}

function blurColumns (data: Float32Array, to: Float32Array, y: number, width: number, height: number, taps: Float64Array): void {
  const here = y * width
  const middle = taps[0]!
  if (taps.length === 3) {
    // The usual case in one pass: five rows at a time.
    const near = taps[1]!
    const far = taps[2]!
    const up1 = Math.max(0, y - 1) * width
    const up2 = Math.max(0, y - 2) * width
    const down1 = Math.min(height - 1, y + 1) * width
    const down2 = Math.min(height - 1, y + 2) * width
    for (let x = 0; x < width; x++) {
      to[x] = middle * data[here + x]! + near * (data[up1 + x]! + data[down1 + x]!) + far * (data[up2 + x]! + data[down2 + x]!)
    }
    return
  }
  for (let x = 0; x < width; x++) to[x] = middle * data[here + x]!
  for (let k = 1; k < taps.length; k++) {
    const tap = taps[k]!
    const up = Math.max(0, y - k) * width
    const down = Math.min(height - 1, y + k) * width
    for (let x = 0; x < width; x++) to[x]! += tap * (data[up + x]! + data[down + x]!)
  }
}

function blurRow (padded: Float32Array, out: Float32Array, row: number, width: number, taps: Float64Array): void {
  const radius = taps.length - 1
  const middle = taps[0]!
  if (radius === 2) {
    const near = taps[1]!
    const far = taps[2]!
    for (let x = 0; x < width; x++) {
      out[row + x] = middle * padded[x + 2]! + near * (padded[x + 1]! + padded[x + 3]!) + far * (padded[x]! + padded[x + 4]!)
    }
    return
  }
  for (let x = 0; x < width; x++) {
    const at = x + radius
    let sum = middle * padded[at]!
    for (let k = 1; k <= radius; k++) sum += taps[k]! * (padded[at - k]! + padded[at + k]!)
    out[row + x] = sum
  }
}
