// Shrinking and enlarging pictures that are already decoded: what one decode gave, at the size each net wants.
import type { Box } from './boxes.js'
import type { DecodedImage } from './decoded-image.js'

/**
 * A part of a picture at another size, by a triangle filter that widens as the picture shrinks (what Pillow calls
 * bilinear, with which nets are commonly trained). `original` stays that of the picture.
 * @param region in pixels of `image.data`, fractions allowed; the whole picture if not given. Beyond the edges the
 *   nearest pixel counts.
 */
export function resample (image: DecodedImage, size: { readonly width: number, readonly height: number }, region?: Box): DecodedImage {
  const { x, y, width, height } = region ?? { x: 0, y: 0, width: image.width, height: image.height }
  if (x === 0 && y === 0 && width === image.width && height === image.height && size.width === width && size.height === height) return image
  const columns = tapsFor(x, width, image.width, size.width)
  const rows = tapsFor(y, height, image.height, size.height)
  const { channels } = image
  const stride = size.width * channels
  const narrowRow = channels === 4 ? narrowRowOfFour : narrowRowOfThree
  const data = new Uint8Array(size.height * stride)
  if (rows.lengths.every(length => length === 1)) {
    const narrow = new Float32Array(stride)
    for (let row = 0, to = 0; row < size.height; row++) {
      narrowRow(narrow, 0, image.data, rows.starts[row]! * image.width * channels, columns, size.width)
      for (let at = 0; at < stride; at++) data[to++] = narrow[at]! + 0.5
    }
    return { data, width: size.width, height: size.height, channels, original: image.original }
  }
  // Rows of the source that some row of the result needs, already at the new width.
  const first = rows.lowest
  const narrow = new Float32Array((rows.highest - first + 1) * stride)
  for (let row = first; row <= rows.highest; row++) narrowRow(narrow, (row - first) * stride, image.data, row * image.width * channels, columns, size.width)
  const sums = new Float32Array(stride)
  for (let row = 0; row < size.height; row++) {
    sums.fill(0.5)
    for (let tap = 0; tap < rows.lengths[row]!; tap++) {
      const weight = rows.weights[row * rows.count + tap]!
      let from = (rows.starts[row]! + tap - first) * stride
      for (let at = 0; at < stride; at++) sums[at]! += weight * narrow[from++]!
    }
    for (let at = 0, to = row * stride; at < stride; at++) data[to++] = sums[at]!
  }
  return { data, width: size.width, height: size.height, channels, original: image.original }
}

/** The largest square in the middle of a picture, shrunk about its middle to a share of its side. */
export function centreSquare ({ width, height }: { readonly width: number, readonly height: number }, share: number): Box {
  const side = Math.min(width, height) * share
  return { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side }
}

/** A box in pixels of the original as one in pixels of `image.data`; both may be squashed by different factors. */
export function toDecoded ({ x, y, width, height }: Box, image: DecodedImage): Box {
  const scaleX = image.width / image.original.width
  const scaleY = image.height / image.original.height
  return { x: x * scaleX, y: y * scaleY, width: width * scaleX, height: height * scaleY }
}

/** For each pixel of the result along one axis: the first pixel of the source that counts, how many do, and room for `count` weights. */
interface Taps {
  readonly count: number
  readonly starts: Int32Array
  readonly lengths: Int32Array
  readonly weights: Float32Array
  readonly lowest: number
  readonly highest: number
}

function tapsFor (offset: number, extent: number, sourceSize: number, targetSize: number): Taps {
  const scale = extent / targetSize
  const reach = Math.max(1, scale)
  const count = Math.min(sourceSize, Math.ceil(2 * reach) + 1)
  const starts = new Int32Array(targetSize)
  const lengths = new Int32Array(targetSize)
  const weights = new Float32Array(targetSize * count)
  let lowest = sourceSize - 1
  let highest = 0
  for (let target = 0; target < targetSize; target++) {
    // Clamped so that a region beyond the edges repeats the last pixel.
    const centre = Math.min(sourceSize, Math.max(0, offset + (target + 0.5) * scale))
    const start = Math.min(sourceSize - 1, Math.max(0, Math.floor(centre - reach - 0.5) + 1))
    const length = Math.max(1, Math.min(sourceSize, Math.ceil(centre + reach - 0.5)) - start)
    let sum = 0
    for (let tap = 0; tap < length; tap++) {
      const weight = Math.max(0, 1 - Math.abs(start + tap + 0.5 - centre) / reach)
      weights[target * count + tap] = weight
      sum += weight
    }
    for (let tap = 0; tap < length; tap++) weights[target * count + tap]! /= sum
    starts[target] = start
    lengths[target] = length
    lowest = Math.min(lowest, start)
    highest = Math.max(highest, start + length - 1)
  }
  return { count, starts, lengths, weights, lowest, highest }
}

// Two functions, as a test for the fourth channel within the innermost loop doubles its time.
function narrowRowOfThree (to: Float32Array, toOffset: number, data: Uint8Array, fromOffset: number, { count, starts, lengths, weights }: Taps, width: number): void {
  for (let column = 0, out = toOffset; column < width; column++, out += 3) {
    let red = 0
    let green = 0
    let blue = 0
    for (let at = fromOffset + starts[column]! * 3, w = column * count, end = w + lengths[column]!; w < end; at += 3, w++) {
      const weight = weights[w]!
      red += weight * data[at]!
      green += weight * data[at + 1]!
      blue += weight * data[at + 2]!
    }
    to[out] = red
    to[out + 1] = green
    to[out + 2] = blue
  }
}

function narrowRowOfFour (to: Float32Array, toOffset: number, data: Uint8Array, fromOffset: number, { count, starts, lengths, weights }: Taps, width: number): void {
  for (let column = 0, out = toOffset; column < width; column++, out += 4) {
    let red = 0
    let green = 0
    let blue = 0
    let alpha = 0
    for (let at = fromOffset + starts[column]! * 4, w = column * count, end = w + lengths[column]!; w < end; at += 4, w++) {
      const weight = weights[w]!
      red += weight * data[at]!
      green += weight * data[at + 1]!
      blue += weight * data[at + 2]!
      alpha += weight * data[at + 3]!
    }
    to[out] = red
    to[out + 1] = green
    to[out + 2] = blue
    to[out + 3] = alpha
  }
}
