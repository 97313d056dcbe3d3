// Gaussian blur of planes of numbers; separable, the border repeats.
import { convolve } from './bands.js'
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
export function blurPlane (plane: Plane, sigma: number, scratch: Scratch): Plane {
  const { width, height } = plane
  const out = scratch.floats(width * height)
  convolve(plane, gaussianTaps(sigma), out)
  return { data: out, width, height }
}
