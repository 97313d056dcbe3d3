// The colours of a picture and how much of it each covers: some hundred weighted colours in place of its pixels.
import { type DecodedImage } from './decoded-image.js'
import { isEdgeBlend } from './edge-blends.js'

/** A picture's colours in cells of five bits per channel; only cells that hold pixels are listed, in order of sight. */
export interface ColorHistogram {
  /** The number of cells. */
  readonly size: number
  /** Per cell, as 0xRRGGBB: the one exact colour that most of its weight has, else the mean. */
  readonly colors: Uint32Array
  /** Per cell: the number of its pixels, each counted by its alpha (0..1). */
  readonly weights: Float64Array
  /** Per cell: the part of that weight whose colour is exactly `colors`; 0 where that is a mean. */
  readonly exactWeights: Float64Array
}

const CELL_BITS = 5
const CELL_SHIFT = 8 - CELL_BITS
const CELLS = 1 << (3 * CELL_BITS)

// Below 1/16 a pixel is all but invisible, and 8-bit alpha leaves little truth in its colour.
const MIN_ALPHA = 16

// Where cells that each cover this part of the picture cover most of it together, it is drawn in flat colours, and
// pixels of its rarer colours may be edge blends. Photographs are left alone: there they are mostly real.
const MAIN_CELL_PART = 0.04
const FLAT_PART = 0.5

// The fractional part of the golden ratio: its multiples spread over 0..1 more evenly than any other number's.
const GOLDEN_STEP = 0.618033988749895

/**
 * Counts the colours of about `samples` pixels, spread evenly over the picture; of all pixels where there are fewer.
 * Opaque pixels count 1, translucent ones their alpha, transparent ones not at all: a wholly transparent picture has
 * size 0. In pictures of flat colours the mixtures along edges are left out, see edge-blends.ts.
 */
export function countColors (image: DecodedImage, samples: number): ColorHistogram {
  const visible = sampleVisible(image, samples)
  const sorted = sortIntoCells(image.data, visible)
  const kept = withoutBlends(image, visible, sorted)
  return weighCells(image, kept, kept === visible ? sorted : sortIntoCells(image.data, kept))
}

/** The places in `data` of the sampled pixels that can be seen: every so many along each row, each row shifted. */
function sampleVisible ({ data, width, height, channels }: DecodedImage, samples: number): Uint32Array {
  const stride = Math.max(1, Math.round(width * height / samples))
  const offsets = new Uint32Array(Math.ceil(width / stride) * height)
  let visible = 0
  for (let y = 0; y < height; y++) {
    const start = Math.floor((y * GOLDEN_STEP) % 1 * stride)
    const end = (y + 1) * width * channels
    for (let at = (y * width + start) * channels; at < end; at += stride * channels) {
      if (channels === 3 || data[at + 3]! >= MIN_ALPHA) offsets[visible++] = at
    }
  }
  return offsets.subarray(0, visible)
}

interface SortedPixels {
  /** Per pixel the place of its colour's cell, in order of sight. */
  readonly cells: Uint16Array
  /** Per cell its number of pixels; only the first `size` are used. */
  readonly counts: Uint32Array
  readonly size: number
}

function sortIntoCells (data: Uint8Array, offsets: Uint32Array): SortedPixels {
  const places = new Uint16Array(CELLS) // plus one; 0 marks a cell not yet seen
  const cells = new Uint16Array(offsets.length)
  const counts = new Uint32Array(Math.min(CELLS, offsets.length))
  let size = 0
  for (let sample = 0; sample < offsets.length; sample++) {
    const at = offsets[sample]!
    const key = (data[at]! >> CELL_SHIFT << (2 * CELL_BITS)) | (data[at + 1]! >> CELL_SHIFT << CELL_BITS) |
      (data[at + 2]! >> CELL_SHIFT)
    if (places[key] === 0) places[key] = ++size
    const cell = places[key]! - 1
    cells[sample] = cell
    counts[cell]! += 1
  }
  return { cells, counts, size }
}

/** The same offsets, or a shorter list where the picture is one of flat colours and has blends. */
function withoutBlends (image: DecodedImage, offsets: Uint32Array, { cells, counts, size }: SortedPixels): Uint32Array {
  const minCount = MAIN_CELL_PART * offsets.length
  let main = 0
  for (let cell = 0; cell < size; cell++) if (counts[cell]! >= minCount) main += counts[cell]!
  if (main < FLAT_PART * offsets.length || main === offsets.length) return offsets
  const own = new Uint32Array(offsets.length)
  let kept = 0
  for (let sample = 0; sample < offsets.length; sample++) {
    const at = offsets[sample]!
    if (counts[cells[sample]!]! < minCount) {
      const pixel = at / image.channels
      const y = Math.floor(pixel / image.width)
      if (isEdgeBlend(image, pixel - y * image.width, y)) continue
    }
    own[kept++] = at
  }
  return kept < offsets.length ? own.subarray(0, kept) : offsets
}

function weighCells ({ data, channels }: DecodedImage, offsets: Uint32Array, { cells, size }: SortedPixels): ColorHistogram {
  const weights = new Float64Array(size)
  const sums = new Float64Array(size * 3)
  const colors = new Uint32Array(size)
  const votes = new Float64Array(size)
  for (let sample = 0; sample < offsets.length; sample++) {
    const at = offsets[sample]!
    const cell = cells[sample]!
    const weight = channels === 4 ? data[at + 3]! / 255 : 1
    const red = data[at]!
    const green = data[at + 1]!
    const blue = data[at + 2]!
    weights[cell]! += weight
    sums[cell * 3]! += weight * red
    sums[cell * 3 + 1]! += weight * green
    sums[cell * 3 + 2]! += weight * blue
    // Majority vote (Boyer and Moore): a colour that holds most of the weight is the one left standing.
    const color = (red << 16) | (green << 8) | blue
    if (colors[cell] === color) {
      votes[cell]! += weight
    } else if (votes[cell]! >= weight) {
      votes[cell]! -= weight
    } else {
      votes[cell] = weight - votes[cell]!
      colors[cell] = color
    }
  }

  const exactWeights = new Float64Array(size)
  for (let sample = 0; sample < offsets.length; sample++) {
    const at = offsets[sample]!
    const cell = cells[sample]!
    if (((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!) !== colors[cell]) continue
    exactWeights[cell]! += channels === 4 ? data[at + 3]! / 255 : 1
  }
  for (let cell = 0; cell < size; cell++) {
    const weight = weights[cell]!
    if (exactWeights[cell]! * 2 > weight) continue
    exactWeights[cell] = 0
    colors[cell] = (Math.round(sums[cell * 3]! / weight) << 16) | (Math.round(sums[cell * 3 + 1]! / weight) << 8) |
      Math.round(sums[cell * 3 + 2]! / weight)
  }
  return { size, colors, weights, exactWeights }
}
