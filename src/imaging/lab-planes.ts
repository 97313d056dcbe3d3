// CIELAB by table: whole pictures and single pixels at a few nanoseconds each, where color-difference.ts is exact.
import { LINEAR_FROM_SRGB } from './oklab.js'
import type { Scratch } from './scratch.js'

/** A picture of three bytes a pixel, RGB, row-major. The holder must not write to `data`. */
export interface RgbImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** One number a pixel, row-major. */
export interface Plane {
  readonly data: Float32Array
  readonly width: number
  readonly height: number
}

/**
 * A picture in CIELAB: lightness 0..100 at full size; a and b, about -128..127, at half of it, each value the mean of the
 * up to four pixels it covers. Eyes see colour no finer, and JPEG keeps it no finer.
 */
export interface LabPlanes {
  readonly lightness: Plane
  readonly a: Plane
  readonly b: Plane
}

// Linear steps over the curve of CIELAB; between them straight lines, which leaves an error below 0.001 in L.
const CURVE_STEPS = 8192
const CURVE = Float64Array.from({ length: CURVE_STEPS + 2 }, (_, step) => curve(step / CURVE_STEPS))

// The matrix of sRGB to XYZ under D65, each row divided by the white's share and multiplied by the steps of the table.
const WHITE_X = 0.95047
const WHITE_Z = 1.08883
const MATRIX = [
  0.4124564 / WHITE_X, 0.3575761 / WHITE_X, 0.1804375 / WHITE_X,
  0.2126729, 0.7151522, 0.072175,
  0.0193339 / WHITE_Z, 0.119192 / WHITE_Z, 0.9503041 / WHITE_Z
].map(share => share * CURVE_STEPS)

// Eight steps a level: a picture whose light was corrected has levels between the bytes.
const SUBLEVELS = 8
const LINEAR_FROM_SUBLEVEL = Float64Array.from({ length: 255 * SUBLEVELS + 1 }, (_, step) => {
  const v = step / (255 * SUBLEVELS)
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
})

/** Writes L, a, b of an 8-bit sRGB colour to `out[offset..]`. Within 0.01 of `labFromSrgb`. */
export function writeLab (red: number, green: number, blue: number, out: Float64Array | Float32Array, offset: number): void {
  writeLinear(LINEAR_FROM_SRGB[red]!, LINEAR_FROM_SRGB[green]!, LINEAR_FROM_SRGB[blue]!, out, offset)
}

/** The same of levels with fractions, clipped to 0..255. */
export function writeLabOfLevels (levels: Float64Array, out: Float64Array | Float32Array, offset: number): void {
  writeLinear(linearOf(levels[0]!), linearOf(levels[1]!), linearOf(levels[2]!), out, offset)
}

/** Writes the three levels of the pixel at an index, 0..255 with fractions and possibly beyond, to `out`. */
export type LevelReader = (pixel: number, x: number, y: number, out: Float64Array) => void

/** The CIELAB planes, of the scratch, of a picture; with a reader, of the levels it gives, clipped to 0..255. */
export function labPlanes ({ data, width, height }: RgbImage, scratch: Scratch, read?: LevelReader): LabPlanes {
  const halfWidth = (width + 1) >> 1
  const halfHeight = (height + 1) >> 1
  const lightness = scratch.floats(width * height)
  const a = scratch.floats(halfWidth * halfHeight).fill(0)
  const b = scratch.floats(halfWidth * halfHeight).fill(0)
  const lab = new Float64Array(3)
  const levels = new Float64Array(3)
  for (let y = 0, i = 0, at = 0; y < height; y++) {
    const row = (y >> 1) * halfWidth
    for (let x = 0; x < width; x++, i++, at += 3) {
      if (read === undefined) {
        writeLinear(LINEAR_FROM_SRGB[data[at]!]!, LINEAR_FROM_SRGB[data[at + 1]!]!, LINEAR_FROM_SRGB[data[at + 2]!]!, lab, 0)
      } else {
        read(i, x, y, levels)
        writeLabOfLevels(levels, lab, 0)
      }
      lightness[i] = lab[0]!
      a[row + (x >> 1)]! += lab[1]!
      b[row + (x >> 1)]! += lab[2]!
    }
  }
  for (let y = 0; y < halfHeight; y++) {
    const rows = 2 * y + 1 < height ? 2 : 1
    for (let x = 0; x < halfWidth; x++) {
      const share = 1 / (rows * (2 * x + 1 < width ? 2 : 1))
      a[y * halfWidth + x]! *= share
      b[y * halfWidth + x]! *= share
    }
  }
  return {
    lightness: { data: lightness, width, height },
    a: { data: a, width: halfWidth, height: halfHeight },
    b: { data: b, width: halfWidth, height: halfHeight }
  }
}

function linearOf (level: number): number {
  return LINEAR_FROM_SUBLEVEL[level <= 0 ? 0 : level >= 255 ? 255 * SUBLEVELS : (level * SUBLEVELS + 0.5) | 0]!
}

function writeLinear (r: number, g: number, b: number, out: Float64Array | Float32Array, offset: number): void {
  const x = read(MATRIX[0]! * r + MATRIX[1]! * g + MATRIX[2]! * b)
  const y = read(MATRIX[3]! * r + MATRIX[4]! * g + MATRIX[5]! * b)
  const z = read(MATRIX[6]! * r + MATRIX[7]! * g + MATRIX[8]! * b)
  out[offset] = 116 * y - 16
  out[offset + 1] = 500 * (x - y)
  out[offset + 2] = 200 * (y - z)
}

function read (place: number): number {
  const step = place | 0
  const low = CURVE[step]!
  return low + (place - step) * (CURVE[step + 1]! - low)
}

function curve (ratio: number): number {
  return ratio > 216 / 24389 ? Math.cbrt(ratio) : (ratio * (24389 / 27) + 16) / 116
}
