// How much two pictures differ everywhere for no reason, by how busy the place is: read from the pair itself.
import type { Plane } from '../../imaging/lab-planes.js'
import { range5 } from '../../imaging/extremes.js'
import type { Scratch } from '../../imaging/scratch.js'

const BINS = 10
const MEDIAN_FACTOR = 1.48
const QUANTILE = 0.8
const QUANTILE_FACTOR = 0.78
// More is not noise any more; a picture full of differences must not hide them.
const MAX_NOISE = 2.5
const SAMPLES = 20_000

/** How busy each pixel's surroundings are: the range of lightness over 5 x 5 pixels of either picture. Of the scratch. */
export function activityOf (first: Plane, second: Plane, scratch: Scratch): Plane {
  const a = range5(first, scratch)
  const b = range5(second, scratch)
  for (let i = 0; i < a.length; i++) if (b[i]! > a[i]!) a[i] = b[i]!
  scratch.give(b)
  return { data: a, width: first.width, height: first.height }
}

/**
 * The noise at each pixel of `activity`, in CIELAB units: the robust spread of the distance among the places that are as
 * busy. Calm places never count as noisier than busy ones, since a flat part with another colour would otherwise excuse
 * itself. The distance may have twice the size. Of the scratch.
 */
export function noiseOf (distance: Plane, activity: Plane, inside: Uint8Array, scratch: Scratch): Plane {
  const shift = activity.width < distance.width ? 1 : 0
  const step = Math.max(1, Math.floor(distance.data.length / SAMPLES))
  const places: number[] = []
  const busy: number[] = []
  for (let i = 0; i < distance.data.length; i += step) {
    if (inside[i] === 0) continue
    const x = i % distance.width
    places.push(i)
    busy.push(activity.data[(((i - x) / distance.width) >> shift) * activity.width + (x >> shift)]!)
  }
  const order = Float64Array.from(busy).sort()
  const edges = Array.from({ length: BINS }, (_, bin) => bin === BINS - 1 ? Infinity : order[Math.floor((bin + 1) * order.length / BINS)] ?? Infinity)
  const members = edges.map((): number[] => [])
  places.forEach((at, i) => members[edges.findIndex(edge => busy[i]! <= edge)]!.push(distance.data[at]!))
  const noise = members.map(part => {
    const sorted = Float32Array.from(part).sort()
    const median = sorted[sorted.length >> 1] ?? Infinity
    const high = sorted[Math.floor(sorted.length * QUANTILE)] ?? Infinity
    return Math.min(MAX_NOISE, Math.max(MEDIAN_FACTOR * median, QUANTILE_FACTOR * high))
  })
  for (let bin = BINS - 2; bin >= 0; bin--) noise[bin] = Math.min(noise[bin]!, noise[bin + 1]!)
  // A table by activity: a search at each pixel would cost more than the noise itself.
  const most = order[order.length - 1] ?? 0
  const table = Float32Array.from({ length: TABLE_SIZE + 1 }, (_, i) => noise[edges.findIndex(edge => i / TABLE_SIZE * most <= edge)]!)
  const scale = most > 0 ? TABLE_SIZE / most : 0
  const data = scratch.floats(activity.data.length)
  for (let i = 0; i < data.length; i++) data[i] = table[Math.min(TABLE_SIZE, activity.data[i]! * scale) | 0]!
  return { data, width: activity.width, height: activity.height }
}

const TABLE_SIZE = 1024
