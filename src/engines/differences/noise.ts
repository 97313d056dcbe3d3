// How much two pictures differ everywhere for no reason, by how busy the place is: read from the pair itself.
import type { Plane } from '../../imaging/lab-planes.js'
import { extremes3 } from '../../imaging/extremes.js'

const BINS = 10
const MEDIAN_FACTOR = 1.48
const QUANTILE = 0.8
const QUANTILE_FACTOR = 0.78
// More is not noise any more; a picture full of differences must not hide them.
const MAX_NOISE = 2.5
const SAMPLES = 60_000

/** How busy each pixel's surroundings are: the range of lightness over 5 x 5 pixels of either picture. */
export function activityOf (first: Plane, second: Plane): Float32Array {
  const a = range5(first)
  const b = range5(second)
  for (let i = 0; i < a.length; i++) if (b[i]! > a[i]!) a[i] = b[i]!
  return a
}

function range5 (plane: Plane): Float32Array {
  const { width, height } = plane
  const near = extremes3(plane)
  const least = extremes3({ data: near.least, width, height }).least
  const most = extremes3({ data: near.most, width, height }).most
  for (let i = 0; i < most.length; i++) most[i]! -= least[i]!
  return most
}

/**
 * The noise at each pixel, in CIELAB units: the robust spread of the distance among the places that are as busy. Calm
 * places never count as noisier than busy ones, since a flat part with another colour would otherwise excuse itself.
 */
export function noiseOf (distance: Float32Array, activity: Float32Array, inside: Uint8Array): Float32Array {
  const step = Math.max(1, Math.floor(distance.length / SAMPLES))
  const samples: Array<readonly [activity: number, distance: number]> = []
  for (let i = 0; i < distance.length; i += step) if (inside[i] !== 0) samples.push([activity[i]!, distance[i]!])
  samples.sort((a, b) => a[0] - b[0])
  const edges: number[] = []
  const noise: number[] = []
  for (let bin = 0; bin < BINS; bin++) {
    const part = samples.slice(Math.floor(bin * samples.length / BINS), Math.floor((bin + 1) * samples.length / BINS))
    edges.push(part[part.length - 1]?.[0] ?? Infinity)
    const distances = Float32Array.from(part, ([, found]) => found).sort()
    const median = distances[distances.length >> 1] ?? 0
    const high = distances[Math.floor(distances.length * QUANTILE)] ?? 0
    noise.push(Math.min(MAX_NOISE, Math.max(MEDIAN_FACTOR * median, QUANTILE_FACTOR * high)))
  }
  for (let bin = BINS - 2; bin >= 0; bin--) noise[bin] = Math.min(noise[bin]!, noise[bin + 1]!)
  edges[BINS - 1] = Infinity
  const most = activity.reduce((greatest, value) => Math.max(greatest, value), 0)
  // A table by activity: a search at each pixel would cost more than the noise itself.
  const table = Float32Array.from({ length: TABLE_SIZE + 1 }, (_, i) => noise[edges.findIndex(edge => i / TABLE_SIZE * most <= edge)]!)
  const scale = most > 0 ? TABLE_SIZE / most : 0
  return activity.map(value => table[(value * scale) | 0]!)
}
const TABLE_SIZE = 1024
