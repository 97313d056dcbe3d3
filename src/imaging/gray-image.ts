// Grey pictures, as matching wants them: from RGB, mirrored, halved.
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
