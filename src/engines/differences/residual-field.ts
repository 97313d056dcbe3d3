// What is left of light after its model: slow, weak changes over the picture, taken out of the second picture.
import { blurPlane } from '../../imaging/blur-plane.js'
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'
import type { Scratch } from '../../imaging/scratch.js'

const BLOCK_PX = 8
// Of the longer side; slower than any object.
const SIGMA_SHARE = 0.1
const MAX_FIELD = 3
const TUKEY_WIDTH = 3
const MAD_TO_SIGMA = 1.4826
const MIN_SIGMA = 0.3

/**
 * Adds to each plane of the second picture the smoothed difference to the first; writes in place.
 * @param inside masks at the size of lightness and of chroma
 */
export function removeSlowResidual (first: LabPlanes, second: LabPlanes, inside: { readonly full: Uint8Array, readonly half: Uint8Array }, scratch: Scratch): void {
  addField(first.lightness, second.lightness, inside.full, BLOCK_PX, scratch)
  addField(first.a, second.a, inside.half, BLOCK_PX / 2, scratch)
  addField(first.b, second.b, inside.half, BLOCK_PX / 2, scratch)
}

function addField ({ data: first, width, height }: Plane, { data: second }: Plane, inside: Uint8Array, block: number, scratch: Scratch): void {
  const across = Math.ceil(width / block)
  const down = Math.ceil(height / block)
  const sums = new Float32Array(across * down)
  const counts = new Float32Array(across * down)
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / block) * across
    for (let column = 0, x = 0; column < across; column++) {
      let sum = 0
      let count = 0
      for (const end = Math.min(width, x + block); x < end; x++, at++) {
        if (inside[at] === 0) continue
        sum += first[at]! - second[at]!
        count++
      }
      sums[row + column]! += sum
      counts[row + column]! += count
    }
  }
  const means = sums.map((sum, i) => counts[i]! > 0 ? sum / counts[i]! : NaN)
  const sizes = means.filter(mean => !Number.isNaN(mean)).map(Math.abs).sort()
  if (sizes.length === 0) return
  const cut = TUKEY_WIDTH * Math.max(MIN_SIGMA, MAD_TO_SIGMA * sizes[sizes.length >> 1]!)
  const weights = means.map((mean, i) => Math.abs(mean) < cut ? (1 - (mean / cut) ** 2) ** 2 * counts[i]! : 0)
  const weighted = means.map((mean, i) => weights[i]! > 0 ? mean * weights[i]! : 0)
  const sigma = SIGMA_SHARE * Math.max(across, down)
  const top = blurPlane({ data: weighted, width: across, height: down }, sigma, scratch).data
  const bottom = blurPlane({ data: weights, width: across, height: down }, sigma, scratch).data
  const field = top.map((value, i) => bottom[i]! > 1e-3 ? Math.min(MAX_FIELD, Math.max(-MAX_FIELD, value / bottom[i]!)) : 0)
  // Between the middles of blocks straight lines, along x the same in every row.
  const columns = new Int32Array(width)
  const shares = new Float32Array(width)
  for (let x = 0; x < width; x++) {
    const u = Math.min(across - 1, Math.max(0, (x + 0.5) / block - 0.5))
    columns[x] = Math.min(u | 0, Math.max(0, across - 2))
    shares[x] = u - columns[x]!
  }
  const line = new Float32Array(across + 1)
  for (let y = 0, at = 0; y < height; y++) {
    const v = Math.min(down - 1, Math.max(0, (y + 0.5) / block - 0.5))
    const row = Math.min(v | 0, Math.max(0, down - 2))
    const above = row * across
    const below = Math.min(down - 1, row + 1) * across
    for (let column = 0; column < across; column++) line[column] = field[above + column]! + (v - row) * (field[below + column]! - field[above + column]!)
    line[across] = line[across - 1]!
    for (let x = 0; x < width; x++, at++) {
      const from = line[columns[x]!]!
      second[at]! += from + shares[x]! * (line[columns[x]! + 1]! - from)
    }
  }
}
