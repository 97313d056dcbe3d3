// From an interest map to the pixels of a picture of any size: the last pass over every pixel, so it counts. Large
// pictures are painted in turns, since all else waits while one is painted.
import { setImmediate as turn } from 'node:timers/promises'
import type { ColorRamp } from './color-ramp.js'
import type { DecodedImage } from './decoded-image.js'
import { type InterestMap, resizeMap } from './interest-map.js'

/** Row-major pixels, interleaved. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
}

/** Pixels in memory of their own. */
export interface Painted extends Pixels {
  readonly data: Uint8Array<ArrayBuffer>
}

export interface Frame {
  readonly width: number
  readonly height: number
}

// Cells are refined by cubic interpolation to a fourth, then straight lines between them cannot be told from curves.
const REFINEMENT = 4
// Rows that differ, over the whole picture: a map has some fifty cells from top to bottom.
const DISTINCT_ROWS = 512
// Rows that may be the same one, so that large pictures show no bands.
const MAX_REPEAT = 4
// Painted between two turns of the event loop: some 3 ms.
const PIXELS_A_TURN = 1 << 18
// How much of the picture the strongest colour leaves.
const MAX_OPACITY = 0.6
// Without interest a picture keeps this much of its light, so that the marked places stand out.
const SHADE = 0.55

/** Gives memory of some size, of any content. */
export type Allocate = (bytes: number) => Uint8Array<ArrayBuffer>

const fresh: Allocate = bytes => new Uint8Array(bytes)

/** One channel: the values (0..1) as bytes, linearly. */
export async function paintLevels (map: InterestMap, frame: Frame, allocate = fresh): Promise<Painted> {
  const data = allocate(frame.width * frame.height)
  await forEachRow(map, frame, (levels, y) => {
    data.set(levels, y * frame.width)
  }, (from, to, rows) => repeatRow(data, frame.width, from, to, rows))
  return { data, ...frame, channels: 1 }
}

/** The values (0..1) as colours of a ramp. */
export async function paintColors (map: InterestMap, frame: Frame, ramp: ColorRamp, allocate = fresh): Promise<Painted> {
  const { width } = frame
  const data = allocate(width * frame.height * 3)
  // Four pixels are three words, the lowest byte first as on every processor that Node runs on here: a quarter of the writes
  // that bytes would take. What the last words hold beyond the row is nothing, and is not copied.
  const words = new Uint32Array(Math.ceil(width / 4) * 3)
  const row = new Uint8Array(words.buffer, 0, width * 3)
  await forEachRow(map, frame, (levels, y) => {
    for (let x = 0, at = 0; x < width; x += 4, at += 3) {
      const second = ramp[levels[x + 1]!]!
      const third = ramp[levels[x + 2]!]!
      words[at] = ramp[levels[x]!]! | second << 24
      words[at + 1] = second >>> 8 | third << 16
      words[at + 2] = third >>> 16 | ramp[levels[x + 3]!]! << 8
    }
    data.set(row, y * width * 3)
  }, (from, to, rows) => repeatRow(data, width * 3, from, to, rows))
  return { data, ...frame, channels: 3 }
}

/** The values (0..1) as colours over a picture, which is darkened where there is no interest. Alpha is left out. */
export async function paintOver (picture: DecodedImage, map: InterestMap, ramp: ColorRamp, allocate = fresh): Promise<Painted> {
  const { data: pixels, width, height, channels } = picture
  const data = allocate(width * height * 3)
  // For each level: what the picture's bytes are multiplied with (of 256), and what is added.
  const keep = Uint16Array.from({ length: 256 }, (_, level) => {
    const interest = level / 255
    return Math.round(256 * (SHADE + (1 - SHADE) * Math.min(1, 2 * interest)) * (1 - MAX_OPACITY * interest))
  })
  const [red, green, blue] = [0, 8, 16].map(shift => Uint16Array.from(ramp, (color, level) => 256 * ((color >> shift) & 255) * MAX_OPACITY * level / 255)) as [Uint16Array, Uint16Array, Uint16Array]
  let level: Uint8Array
  const blend = (y: number): void => {
    let from = y * width * channels
    let to = y * width * 3
    for (let x = 0; x < width; x++, from += channels) {
      const at = level[x]!
      const kept = keep[at]!
      data[to++] = (pixels[from]! * kept + red[at]!) >> 8
      data[to++] = (pixels[from + 1]! * kept + green[at]!) >> 8
      data[to++] = (pixels[from + 2]! * kept + blue[at]!) >> 8
    }
  }
  await forEachRow(map, picture, (levels, y) => {
    level = levels
    blend(y)
  }, (from, to, rows) => { for (let row = 0; row < rows; row++) blend(to + row) })
  return { data, width, height, channels: 3 }
}

/**
 * Gives each distinct row of levels (one byte a pixel) with the row it belongs to, then the rows that are to be the same:
 * (row, first of the rows that repeat it, how many).
 */
async function forEachRow (map: InterestMap, { width, height }: Frame, draw: (levels: Uint8Array, y: number) => void, repeat: (from: number, to: number, rows: number) => void): Promise<void> {
  const fine = resizeMap(map, map.width * REFINEMENT, map.height * REFINEMENT)
  const scaled = fine.values.map(value => Math.min(1, value) * 255 * 256)
  const step = Math.min(MAX_REPEAT, Math.ceil(height / DISTINCT_ROWS))
  const levels = new Uint8Array(width)
  const pieces = piecesOf(fine.width, width)
  const line = new Float32Array(fine.width)
  let painted = 0
  for (let y = 0; y < height; y += step) {
    if (painted > PIXELS_A_TURN) {
      await turn()
      painted = 0
    }
    const rows = Math.min(step, height - y)
    const at = Math.min(fine.height - 1, Math.max(0, (y + rows / 2) * fine.height / height - 0.5))
    const upper = Math.floor(at)
    const lower = Math.min(fine.height - 1, upper + 1)
    const part = at - upper
    for (let x = 0; x < fine.width; x++) line[x] = scaled[upper * fine.width + x]! * (1 - part) + scaled[lower * fine.width + x]! * part
    stretchLine(line, pieces, levels)
    draw(levels, y)
    if (rows > 1) repeat(y, y + 1, rows - 1)
    painted += rows * width
  }
}

/** Where the pieces of a row lie that run straight from the middle of one cell to the next; the first and the last are level. */
interface Pieces {
  /** The pixel after each piece. */
  readonly ends: Int32Array
  /** From the middle of the cell before each piece to the middle of its first pixel, in cells. */
  readonly offsets: Float64Array
  /** Cells from one pixel to the next. */
  readonly pace: number
}

function piecesOf (cells: number, width: number): Pieces {
  const cell = width / cells
  const ends = Int32Array.from({ length: cells + 1 }, (_, i) => i === cells ? width : Math.min(width, Math.ceil((i + 0.5) * cell - 0.5)))
  return { ends, offsets: Float64Array.from(ends, (_, i) => ((ends[i - 1] ?? 0) + 0.5) / cell - i + 0.5), pace: 1 / cell }
}

/** A line of values (0..255 * 256) over a row of pixels as bytes. */
function stretchLine (line: Float32Array, { ends, offsets, pace }: Pieces, levels: Uint8Array): void {
  let x = 0
  let before = line[0]!
  for (let i = 0; i < ends.length; i++) {
    const after = i < line.length ? line[i]! : before
    const slope = 256 * (after - before)
    // Whole numbers of 32 bits, which the loop is fast with, of 65536 a level; half a level on top, so that cutting off
    // the lowest bytes rounds.
    let value = (256 * before + slope * offsets[i]! + 32768) | 0
    const step = (slope * pace) | 0
    for (const end = ends[i]!; x < end; x++, value = (value + step) | 0) levels[x] = value >> 16
    before = after
  }
}

function repeatRow (data: Uint8Array, length: number, from: number, to: number, rows: number): void {
  for (let row = to; row < to + rows; row++) data.copyWithin(row * length, from * length, (from + 1) * length)
}
