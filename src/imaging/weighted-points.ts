// Points with weights in three coordinates: what clustering works on.

/** Points to cluster: x, y, z of each in turn, and a weight above 0 for each. */
export interface WeightedPoints {
  readonly size: number
  readonly coordinates: Float64Array
  readonly weights: Float64Array
}

/** The squared distance of one of the points to x, y, z. */
export function squareTo (points: WeightedPoints, point: number, x: number, y: number, z: number): number {
  const dx = points.coordinates[point * 3]! - x
  const dy = points.coordinates[point * 3 + 1]! - y
  const dz = points.coordinates[point * 3 + 2]! - z
  return dx * dx + dy * dy + dz * dz
}

/**
 * One point, at the weighted mean, for all points in the same cube of a grid of the given side; in order of first sight.
 * Coordinates must lie within 500 sides of the origin.
 */
export function poolPoints (points: WeightedPoints, side: number): WeightedPoints {
  const { coordinates, weights } = points
  const places = new Map<number, number>()
  const sums = new Float64Array(points.size * 3)
  const totals = new Float64Array(points.size)
  for (let point = 0; point < points.size; point++) {
    const x = Math.floor(coordinates[point * 3]! / side)
    const y = Math.floor(coordinates[point * 3 + 1]! / side)
    const z = Math.floor(coordinates[point * 3 + 2]! / side)
    const key = (x * 1024 + y) * 1024 + z
    const place = places.get(key) ?? places.size
    if (place === places.size) places.set(key, place)
    const weight = weights[point]!
    totals[place]! += weight
    sums[place * 3]! += weight * coordinates[point * 3]!
    sums[place * 3 + 1]! += weight * coordinates[point * 3 + 1]!
    sums[place * 3 + 2]! += weight * coordinates[point * 3 + 2]!
  }
  const size = places.size
  const means = sums.subarray(0, size * 3).map((sum, at) => sum / totals[Math.floor(at / 3)]!)
  return { size, coordinates: means, weights: totals.subarray(0, size) }
}
