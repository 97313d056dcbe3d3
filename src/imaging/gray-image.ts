// Grey pictures, as matching wants them: from RGB, blurred, halved, sampled between pixels.
import type { DecodedImage } from './decoded-image.js'

/** 8-bit grey, row-major, `width * height` bytes. The holder must not write to `data`. */
export interface GrayImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** The same with fractions of a level. */
export interface GrayPlane {
  readonly data: Float32Array
  readonly width: number
  readonly height: number
}

/** Luma of ITU-R BT.601; alpha is left out. */
export function toGray ({ data, width, height, channels }: DecodedImage): GrayImage {
  const gray = new Uint8Array(width * height)
  for (let i = 0, at = 0; i < gray.length; i++, at += channels) {
    gray[i] = (data[at]! * 4899 + data[at + 1]! * 9617 + data[at + 2]! * 1868 + 8192) >> 14
  }
  return { data: gray, width, height }
}

/** The picture from right to left. */
export function mirror ({ data, width, height }: GrayImage): GrayImage {
  const mirrored = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) mirrored[y * width + x] = data[y * width + width - 1 - x]!
  }
  return { data: mirrored, width, height }
}

/** Whether both have the same size and the same pixels. */
export function samePixels (a: GrayImage, b: GrayImage): boolean {
  return a.width === b.width && a.height === b.height && a.data.every((value, index) => value === b.data[index])
}

/** A Gaussian blur; the border repeats. */
export function blur ({ data, width, height }: GrayImage | GrayPlane, sigma: number): GrayPlane {
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

/** Half the size: each pixel is the mean of four. A side of one pixel stays. */
export function halve ({ data, width, height }: GrayPlane): GrayPlane {
  const halfWidth = Math.max(1, width >> 1)
  const halfHeight = Math.max(1, height >> 1)
  const half = new Float32Array(halfWidth * halfHeight)
  const right = width > 1 ? 1 : 0
  const down = height > 1 ? width : 0
  for (let y = 0; y < halfHeight; y++) {
    for (let x = 0; x < halfWidth; x++) {
      const at = 2 * y * width + 2 * x
      half[y * halfWidth + x] = (data[at]! + data[at + right]! + data[at + down]! + data[at + down + right]!) / 4
    }
  }
  return { data: half, width: halfWidth, height: halfHeight }
}

/** The value between pixels, or NaN outside of the picture's pixel centres. */
export function sample ({ data, width, height }: GrayPlane, x: number, y: number): number {
  if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) return NaN
  const left = Math.min(x | 0, Math.max(0, width - 2))
  const top = Math.min(y | 0, Math.max(0, height - 2))
  const u = x - left
  const v = y - top
  const at = top * width + left
  const right = width > 1 ? 1 : 0
  const down = height > 1 ? width : 0
  const above = data[at]! + u * (data[at + right]! - data[at]!)
  const below = data[at + down]! + u * (data[at + down + right]! - data[at + down]!)
  return above + v * (below - above)
}
