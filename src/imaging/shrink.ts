// Smaller pictures and planes by the mean over areas, which keeps noise and fine lines from turning into patterns.
import type { Plane, RgbImage } from './lab-planes.js'

/** The size with the longer side at most `maxSide`; never larger than given, no side below 1. */
export function sizeWithin (width: number, height: number, maxSide: number): { readonly width: number, readonly height: number } {
  const scale = Math.min(1, maxSide / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** How source pixels contribute to one of fewer: for target i those from `from[i]`, with `weights[i * taps + k]`. */
interface Coverage {
  readonly from: Int32Array
  readonly weights: Float64Array
  readonly taps: number
}

function coverage (source: number, target: number): Coverage {
  const scale = source / target
  const taps = Math.ceil(scale) + 1
  const from = new Int32Array(target)
  const weights = new Float64Array(target * taps)
  for (let i = 0; i < target; i++) {
    const start = i * scale
    const end = Math.min(source, start + scale)
    from[i] = Math.floor(start)
    for (let k = 0; k < taps; k++) {
      const left = Math.max(start, from[i]! + k)
      const right = Math.min(end, from[i]! + k + 1)
      weights[i * taps + k] = Math.max(0, right - left) / scale
    }
  }
  return { from, weights, taps }
}

/** A picture of a smaller (or the same) size. */
export function shrinkRgb (image: RgbImage, width: number, height: number): RgbImage {
  if (width === image.width && height === image.height) return image
  // A clamped array rounds.
  const bytes = new Uint8ClampedArray(shrinkBytes(image.data, image.width, image.height, width, height))
  return { data: new Uint8Array(bytes.buffer), width, height }
}

function shrinkBytes (source: Uint8Array, sourceWidth: number, sourceHeight: number, width: number, height: number): Float32Array {
  const columns = coverage(sourceWidth, width)
  const rows = coverage(sourceHeight, height)
  const out = new Float32Array(width * height * 3)
  const line = new Float32Array(width * 3)
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < rows.taps; k++) {
      const weight = rows.weights[y * rows.taps + k]!
      if (weight === 0) continue
      const row = (rows.from[y]! + k) * sourceWidth * 3
      for (let x = 0; x < width; x++) {
        let red = 0
        let green = 0
        let blue = 0
        for (let j = 0, at = row + columns.from[x]! * 3; j < columns.taps; j++, at += 3) {
          const share = columns.weights[x * columns.taps + j]!
          if (share === 0) continue
          red += share * source[at]!
          green += share * source[at + 1]!
          blue += share * source[at + 2]!
        }
        line[x * 3] = red
        line[x * 3 + 1] = green
        line[x * 3 + 2] = blue
      }
      const to = y * width * 3
      for (let x = 0; x < line.length; x++) out[to + x]! += weight * line[x]!
    }
  }
  return out
}

/** A plane of a smaller (or the same) size. */
export function shrinkPlane (plane: Plane, width: number, height: number): Plane {
  if (width === plane.width && height === plane.height) return plane
  if (2 * width === plane.width && 2 * height === plane.height) return halvePlane(plane)
  const columns = coverage(plane.width, width)
  const rows = coverage(plane.height, height)
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < rows.taps; k++) {
      const weight = rows.weights[y * rows.taps + k]!
      if (weight === 0) continue
      const row = (rows.from[y]! + k) * plane.width
      for (let x = 0; x < width; x++) {
        let sum = 0
        for (let j = 0, at = row + columns.from[x]!; j < columns.taps; j++) {
          const share = columns.weights[x * columns.taps + j]!
          if (share !== 0) sum += share * plane.data[at + j]!
        }
        out[y * width + x]! += weight * sum
      }
    }
  }
  return { data: out, width, height }
}

/** Half the size, sides rounded up: each pixel is the mean of the up to four it covers. */
export function halvePlane ({ data, width, height }: Plane): Plane {
  const out = new Float32Array(((width + 1) >> 1) * ((height + 1) >> 1))
  eachFour(width, height, (to, a, b, c, d) => { out[to] = 0.25 * (data[a]! + data[b]! + data[c]! + data[d]!) })
  return { data: out, width: (width + 1) >> 1, height: (height + 1) >> 1 }
}

/** A mask of 0 and 1 at half the size, sides rounded up: 1 only where all of the up to four pixels are. */
export function halveMask (mask: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(((width + 1) >> 1) * ((height + 1) >> 1))
  eachFour(width, height, (to, a, b, c, d) => { out[to] = mask[a]! & mask[b]! & mask[c]! & mask[d]! })
  return out
}

/** Calls `visit` for each pixel of the half size with the four it covers; at an odd border some of them are the same. */
function eachFour (width: number, height: number, visit: (to: number, a: number, b: number, c: number, d: number) => void): void {
  for (let y = 0, to = 0; y < height; y += 2) {
    const above = y * width
    const below = y + 1 < height ? above + width : above
    for (let x = 0; x < width; x += 2, to++) {
      const right = x + 1 < width ? x + 1 : x
      visit(to, above + x, above + right, below + x, below + right)
    }
  }
}

/** Grey levels 0..255 (luma of ITU-R BT.601) of a picture. */
export function greyPlane ({ data, width, height }: RgbImage): Plane {
  const grey = new Float32Array(width * height)
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) grey[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
  return { data: grey, width, height }
}
