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
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      if (inside[at] === 0) continue
      const place = ((y / block) | 0) * across + ((x / block) | 0)
      sums[place]! += first[at]! - second[at]!
      counts[place]! += 1
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
  for (let y = 0; y < height; y++) {
    const v = Math.min(down - 1, Math.max(0, (y + 0.5) / block - 0.5))
    const row = Math.min(v | 0, Math.max(0, down - 2))
    const t = v - row
    const above = row * across
    const below = Math.min(down - 1, row + 1) * across
    for (let x = 0; x < width; x++) {
      const u = Math.min(across - 1, Math.max(0, (x + 0.5) / block - 0.5))
      const column = Math.min(u | 0, Math.max(0, across - 2))
      const s = u - column
      const next = Math.min(across - 1, column + 1)
      const high = field[above + column]! * (1 - s) + field[above + next]! * s
      const low = field[below + column]! * (1 - s) + field[below + next]! * s
      second[y * width + x]! += high * (1 - t) + low * t
    }
  }
}
