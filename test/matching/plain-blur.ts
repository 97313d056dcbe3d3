// A Gaussian blur without OpenCV, so that what needs one can be tested outside of a worker thread.
import type { Blur } from '../../src/matching/opencv-images.js'

/** A Gaussian blur; the border repeats. */
export const plainBlur: Blur = ({ data, width, height }, sigma) => {
  const radius = Math.max(1, Math.ceil(sigma * 3))
  const taps = gaussianTaps(sigma, radius)
  const across = new Float32Array(width * height)
  const padded = new Float32Array(width + 2 * radius)
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < padded.length; x++) padded[x] = data[row + Math.min(width - 1, Math.max(0, x - radius))]!
    for (let x = 0; x < width; x++) {
      let sum = taps[0]! * padded[x + radius]!
      for (let k = 1; k <= radius; k++) sum += taps[k]! * (padded[x + radius - k]! + padded[x + radius + k]!)
      across[row + x] = sum
    }
  }
  const blurred = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) blurred[row + x] = taps[0]! * across[row + x]!
    for (let k = 1; k <= radius; k++) {
      const above = Math.max(0, y - k) * width
      const below = Math.min(height - 1, y + k) * width
      const tap = taps[k]!
      for (let x = 0; x < width; x++) blurred[row + x]! += tap * (across[above + x]! + across[below + x]!)
    }
  }
  return { data: blurred, width, height }
}

// One half of the kernel, the middle first.
function gaussianTaps (sigma: number, radius: number): Float64Array {
  const taps = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-k * k / (2 * sigma * sigma)))
  const sum = 2 * taps.reduce((total, tap) => total + tap, 0) - taps[0]!
  return taps.map(tap => tap / sum)
}
