// Orientation and descriptor of a SIFT point, from gradients of the level of scale space in which it was found.
import type { GrayPlane } from '../imaging/gray-image.js'

/** 4 x 4 cells of 8 directions. */
export const DESCRIPTOR_LENGTH = 128

const BINS = 36
/** Of the window for the orientation, in units of the point's scale. */
const ORIENTATION_SIGMA = 1.5
const PEAK_SHARE = 0.8
/** A cell's side in units of the point's scale. */
const CELL = 3
const CELLS = 4
const DIRECTIONS = 8
/** Samples along a side, over the cells and half a cell around them. */
const SAMPLES = 20
/** Length of a descriptor as a vector. */
const NORM = 512
const CLIP = 0.2

/** A sample of the grid: where it is in cells from the middle, and with what weight it goes to which cells. */
interface GridSample {
  readonly u: number
  readonly v: number
  readonly cells: readonly number[]
  readonly weights: readonly number[]
}

const GRID = makeGrid()

function makeGrid (): readonly GridSample[] {
  const samples: GridSample[] = []
  for (let row = 0; row < SAMPLES; row++) {
    for (let column = 0; column < SAMPLES; column++) {
      const u = ((column + 0.5) / SAMPLES - 0.5) * (CELLS + 1)
      const v = ((row + 0.5) / SAMPLES - 0.5) * (CELLS + 1)
      const gaussian = Math.exp(-(u * u + v * v) / (2 * (CELLS / 2) ** 2))
      const cells: number[] = []
      const weights: number[] = []
      const left = Math.floor(u + CELLS / 2 - 0.5)
      const top = Math.floor(v + CELLS / 2 - 0.5)
      for (const y of [top, top + 1]) {
        for (const x of [left, left + 1]) {
          if (x < 0 || y < 0 || x >= CELLS || y >= CELLS) continue
          cells.push((y * CELLS + x) * DIRECTIONS)
          weights.push(gaussian * (1 - Math.abs(u + CELLS / 2 - 0.5 - x)) * (1 - Math.abs(v + CELLS / 2 - 0.5 - y)))
        }
      }
      if (cells.length > 0) samples.push({ u, v, cells, weights })
    }
  }
  return samples
}

/** The main directions of the gradient around a point, in radians; one or two as a rule. */
export function findOrientations ({ data, width, height }: GrayPlane, x: number, y: number, sigma: number): number[] {
  const histogram = new Float64Array(BINS)
  const radius = Math.round(3 * ORIENTATION_SIGMA * sigma)
  const step = radius > 8 ? 2 : 1
  const [cx, cy] = [Math.round(x), Math.round(y)]
  for (let dy = -radius; dy <= radius; dy += step) {
    const row = cy + dy
    if (row < 1 || row >= height - 1) continue
    for (let dx = -radius; dx <= radius; dx += step) {
      const column = cx + dx
      if (column < 1 || column >= width - 1 || dx * dx + dy * dy > radius * radius) continue
      const at = row * width + column
      const gx = data[at + 1]! - data[at - 1]!
      const gy = data[at + width]! - data[at - width]!
      const weight = Math.exp(-(dx * dx + dy * dy) / (2 * (ORIENTATION_SIGMA * sigma) ** 2))
      const place = (Math.atan2(gy, gx) / (2 * Math.PI) + 1) * BINS
      const bin = Math.floor(place)
      const share = place - bin
      const amount = weight * Math.sqrt(gx * gx + gy * gy)
      histogram[bin % BINS]! += amount * (1 - share)
      histogram[(bin + 1) % BINS]! += amount * share
    }
  }
  const smooth = histogram.map((value, bin) => 0.5 * value + 0.25 * (histogram[(bin + 1) % BINS]! + histogram[(bin + BINS - 1) % BINS]!))
  const most = smooth.reduce((max, value) => Math.max(max, value), 0)
  const angles: number[] = []
  if (most === 0) return angles
  smooth.forEach((value, bin) => {
    const before = smooth[(bin + BINS - 1) % BINS]!
    const after = smooth[(bin + 1) % BINS]!
    if (value < PEAK_SHARE * most || value < before || value <= after) return
    const offset = 0.5 * (before - after) / (before - 2 * value + after)
    angles.push((bin + offset) * 2 * Math.PI / BINS)
  })
  return angles
}

/** Writes a point's descriptor: DESCRIPTOR_LENGTH numbers, as a vector of length 512. */
export function describePoint ({ data, width, height }: GrayPlane, x: number, y: number, sigma: number, angle: number, into: Int16Array): void {
  const cells = new Float64Array(DESCRIPTOR_LENGTH)
  const cos = Math.cos(angle) * CELL * sigma
  const sin = Math.sin(angle) * CELL * sigma
  const turn = angle / (2 * Math.PI)
  for (const { u, v, cells: places, weights } of GRID) {
    const column = Math.round(x + u * cos - v * sin)
    const row = Math.round(y + u * sin + v * cos)
    if (column < 1 || row < 1 || column >= width - 1 || row >= height - 1) continue
    const at = row * width + column
    const gx = data[at + 1]! - data[at - 1]!
    const gy = data[at + width]! - data[at - width]!
    const size = Math.sqrt(gx * gx + gy * gy)
    const place = (Math.atan2(gy, gx) / (2 * Math.PI) - turn + 2) * DIRECTIONS
    const whole = Math.floor(place)
    const share = place - whole
    const first = whole % DIRECTIONS
    const second = (whole + 1) % DIRECTIONS
    for (let k = 0; k < places.length; k++) {
      const amount = size * weights[k]!
      cells[places[k]! + first]! += amount * (1 - share)
      cells[places[k]! + second]! += amount * share
    }
  }
  const norm = Math.sqrt(cells.reduce((sum, value) => sum + value * value, 0))
  let total = 0
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
    cells[i] = Math.min(cells[i]!, CLIP * norm)
    total += cells[i]!
  }
  if (total === 0) return
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) into[i] = Math.round(NORM * Math.sqrt(cells[i]! / total))
}
