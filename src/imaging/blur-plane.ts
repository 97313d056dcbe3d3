// Gaussian blur of planes of numbers; separable, the border repeats.
import type { Plane } from './lab-planes.js'

/** How far a kernel reaches, in standard deviations: what lies beyond weighs less than a hundredth. */
const REACH = 2.6

/** One half of a Gaussian kernel, the middle first; all of it sums to 1. */
export function gaussianTaps (sigma: number): Float64Array {
  const radius = Math.max(1, Math.ceil(sigma * REACH))
  const taps = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-k * k / (2 * sigma * sigma)))
  const sum = 2 * taps.reduce((total, tap) => total + tap, 0) - taps[0]!
  return taps.map(tap => tap / sum)
}

/** A blurred copy; `sigma` in pixels, 0 gives the plane itself. */
export function blurPlane (plane: Plane, sigma: number): Plane {
  if (sigma <= 0) return plane
  const { data, width, height } = plane
  const taps = gaussianTaps(sigma)
  const radius = taps.length - 1
  const across = new Float32Array(width * height)
  for (let y = 0; y < height; y++) blurRow(data, across, y * width, width, taps)
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const to = y * width
    const middle = taps[0]!
    if (radius === 2) {
      // The usual case in one pass: five rows at a time.
      const [, near, far] = taps as unknown as readonly [number, number, number]
      const up1 = Math.max(0, y - 1) * width
      const up2 = Math.max(0, y - 2) * width
      const down1 = Math.min(height - 1, y + 1) * width
      const down2 = Math.min(height - 1, y + 2) * width
      for (let x = 0; x < width; x++) {
        out[to + x] = middle * across[to + x]! + near * (across[up1 + x]! + across[down1 + x]!) + far * (across[up2 + x]! + across[down2 + x]!)
      }
      continue
    }
    for (let x = 0; x < width; x++) out[to + x] = middle * across[to + x]!
    for (let k = 1; k <= radius; k++) {
      const tap = taps[k]!
      const up = Math.max(0, y - k) * width
      const down = Math.min(height - 1, y + k) * width
      for (let x = 0; x < width; x++) out[to + x]! += tap * (across[up + x]! + across[down + x]!)
    }
  }
  return { data: out, width, height }
}

function blurRow (from: Float32Array, to: Float32Array, row: number, width: number, taps: Float64Array): void {
  const radius = taps.length - 1
  const last = width - 1
  const atBorder = (x: number): void => {
    let sum = taps[0]! * from[row + x]!
    for (let k = 1; k <= radius; k++) sum += taps[k]! * (from[row + Math.max(0, x - k)]! + from[row + Math.min(last, x + k)]!)
    to[row + x] = sum
  }
  const inner = Math.min(radius, width)
  for (let x = 0; x < inner; x++) atBorder(x)
  for (let x = Math.max(inner, width - radius); x < width; x++) atBorder(x)
  const end = row + width - radius
  if (radius === 2) {
    const [middle, near, far] = taps as unknown as readonly [number, number, number]
    for (let at = row + 2; at < end; at++) {
      to[at] = middle * from[at]! + near * (from[at - 1]! + from[at + 1]!) + far * (from[at - 2]! + from[at + 2]!)
    }
    return
  }
  for (let at = row + radius; at < end; at++) {
    let sum = taps[0]! * from[at]!
    for (let k = 1; k <= radius; k++) sum += taps[k]! * (from[at - k]! + from[at + k]!)
    to[at] = sum
  }
}
