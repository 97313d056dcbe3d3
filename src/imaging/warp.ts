// A picture as seen through a plane projective map, between pixels by cubic convolution.
import type { Homography } from './homography.js'
import type { RgbImage } from './lab-planes.js'

export interface WarpedImage {
  readonly image: RgbImage
  /** 1 for each pixel that lies within the source, with all pixels it is mixed from. */
  readonly inside: Uint8Array
}

// Sixty-four places between two pixels are as good as all: the weights change by less than a level between them.
const PHASES = 64
const SHARPNESS = -0.6

const WEIGHTS = Float32Array.from({ length: (PHASES + 1) * 4 }, (_, i) => {
  const distance = Math.abs((i >> 2) / PHASES - ((i & 3) - 1))
  return distance <= 1
    ? ((SHARPNESS + 2) * distance - (SHARPNESS + 3)) * distance * distance + 1
    : ((SHARPNESS * distance - 5 * SHARPNESS) * distance + 8 * SHARPNESS) * distance - 4 * SHARPNESS
})

/**
 * A picture of `width` by `height` whose pixel at (x, y) shows what the source has at `map` of it (pixels, centre of
 * the first at 0). Beyond the source its border repeats.
 * Source of the kernel: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29 (6), 1981.
 */
export function warpRgb (source: RgbImage, map: Homography, width: number, height: number): WarpedImage {
  const { data } = source
  const out = new Uint8ClampedArray(width * height * 3)
  const inside = new Uint8Array(width * height)
  const [a, b, c, d, e, f, g, h, i] = map as unknown as readonly [number, number, number, number, number, number, number, number, number]
  const stride = source.width * 3
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const w = 1 / (g * x + h * y + i)
      const u = (a * x + b * y + c) * w
      const v = (d * x + e * y + f) * w
      const left = Math.floor(u)
      const top = Math.floor(v)
      const phaseX = Math.round((u - left) * PHASES) * 4
      const phaseY = Math.round((v - top) * PHASES) * 4
      const to = pixel * 3
      if (left >= 1 && top >= 1 && left < source.width - 2 && top < source.height - 2) {
        inside[pixel] = 1
        let at = (top - 1) * stride + (left - 1) * 3
        const wx0 = WEIGHTS[phaseX]!
        const wx1 = WEIGHTS[phaseX + 1]!
        const wx2 = WEIGHTS[phaseX + 2]!
        const wx3 = WEIGHTS[phaseX + 3]!
        let red = 0
        let green = 0
        let blue = 0
        for (let k = 0; k < 4; k++, at += stride) {
          const wy = WEIGHTS[phaseY + k]!
          red += wy * (wx0 * data[at]! + wx1 * data[at + 3]! + wx2 * data[at + 6]! + wx3 * data[at + 9]!)
          green += wy * (wx0 * data[at + 1]! + wx1 * data[at + 4]! + wx2 * data[at + 7]! + wx3 * data[at + 10]!)
          blue += wy * (wx0 * data[at + 2]! + wx1 * data[at + 5]! + wx2 * data[at + 8]! + wx3 * data[at + 11]!)
        }
        out[to] = red
        out[to + 1] = green
        out[to + 2] = blue
      } else if (u > -1e6 && u < 1e6 && v > -1e6 && v < 1e6) {
        if (u >= -0.5 && v >= -0.5 && u <= source.width - 0.5 && v <= source.height - 0.5) inside[pixel] = 1
        for (let channel = 0; channel < 3; channel++) out[to + channel] = nearBorder(source, left, top, phaseX, phaseY, channel)
      }
    }
  }
  return { image: { data: new Uint8Array(out.buffer), width, height }, inside }
}

function nearBorder ({ data, width, height }: RgbImage, left: number, top: number, phaseX: number, phaseY: number, channel: number): number {
  let sum = 0
  for (let k = 0; k < 4; k++) {
    const row = Math.min(height - 1, Math.max(0, top - 1 + k)) * width
    for (let j = 0; j < 4; j++) {
      const column = Math.min(width - 1, Math.max(0, left - 1 + j))
      sum += WEIGHTS[phaseY + k]! * WEIGHTS[phaseX + j]! * data[(row + column) * 3 + channel]!
    }
  }
  return sum
}
