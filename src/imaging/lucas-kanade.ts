// Registering two grey planes to a fraction of a pixel: inverse compositional Lucas-Kanade on the strongest gradients,
// robust against what differs, with gain and offset of the light solved along.
// Source: S. Baker, I. Matthews, "Lucas-Kanade 20 years on: a unifying framework", IJCV 56 (3), 2004.
import { type Homography, compose, invert, project } from './homography.js'
import type { Plane } from './lab-planes.js'
import { solveSymmetric } from './linear-solve.js'

export interface RefineOptions {
  readonly motion: 'affine' | 'homography'
  readonly iterations: number
}

// The strongest gradients of each cell, so that no part of the picture goes unheard.
const CELL_PX = 8
const PER_CELL = 3
const MIN_SQUARED_GRADIENT = 6
const BORDER_PX = 2
const MIN_POINTS = 40
// Tukey's biweight at four robust standard deviations, which are never taken below half a level.
const TUKEY_WIDTH = 4
const MAD_TO_SIGMA = 1.4826
const MIN_SIGMA = 0.5
const SCALE_SAMPLES = 2000
// A point's squared gradient counts at most as so many times the median one.
const MOST_LEVERAGE = 4
// A step that moves no corner further than this is the last.
const STILL_PX = 0.01
const LEVEL_UNIT = 100

interface Points {
  readonly count: number
  /** Places in the first plane, x and y in pixels. */
  readonly x: Float32Array
  readonly y: Float32Array
  readonly value: Float32Array
  /** Below 1 for gradients that are much stronger than most, so that a few of them do not outvote all others. */
  readonly share: Float32Array
  /** Derivatives of the value by the parameters of motion, row by row. */
  readonly jacobian: Float32Array
}

/**
 * The map from pixels of the first plane to pixels of the second that fits best near `start`; undefined where there is
 * too little to hold on to or the search ran away. Both planes should be blurred a little.
 */
export function refineMotion (first: Plane, second: Plane, start: Homography, { motion, iterations }: RefineOptions): Homography | undefined {
  const parameters = motion === 'affine' ? 6 : 8
  const scale = Math.max(first.width, first.height) / 2
  const toUnit = Float64Array.of(1 / scale, 0, -(first.width - 1) / 2 / scale, 0, 1 / scale, -(first.height - 1) / 2 / scale, 0, 0, 1)
  const fromUnit = Float64Array.of(scale, 0, (first.width - 1) / 2, 0, scale, (first.height - 1) / 2, 0, 0, 1)
  const points = strongPoints(first, toUnit, scale, parameters)
  if (points.count < MIN_POINTS) return undefined
  const size = parameters + 2
  const residuals = new Float32Array(points.count)
  const values = new Float32Array(points.count)
  const row = new Float64Array(size)
  let map = start
  let gain = 1
  let offset = 0
  for (let iteration = 0; iteration < iterations; iteration++) {
    const seen = sampleAt(second, map, points, values)
    if (seen < MIN_POINTS) return undefined
    for (let i = 0; i < points.count; i++) residuals[i] = gain * values[i]! + offset - points.value[i]!
    const cut = TUKEY_WIDTH * robustSigma(residuals)
    const normal = new Float64Array(size * size)
    const right = new Float64Array(size)
    for (let i = 0; i < points.count; i++) {
      const residual = residuals[i]!
      // NaN where the place lies outside of the second plane.
      if (!(Math.abs(residual) < cut)) continue
      const inside = 1 - (residual / cut) ** 2
      const weight = points.share[i]! * inside * inside
      for (let k = 0; k < parameters; k++) row[k] = points.jacobian[i * parameters + k]!
      row[parameters] = -values[i]! / LEVEL_UNIT
      row[parameters + 1] = -1
      for (let j = 0; j < size; j++) {
        const weighted = weight * row[j]!
        right[j]! += weighted * residual
        const at = j * size
        for (let k = 0; k <= j; k++) normal[at + k]! += weighted * row[k]!
      }
    }
    for (let j = 0; j < size; j++) normal[j * size + j]! += RIDGE * points.count
    const step = solveSymmetric(normal, right)
    if (step === undefined) return undefined
    gain += step[parameters]! / LEVEL_UNIT
    offset += step[parameters + 1]!
    const back = invert(compose(fromUnit, compose(stepMap(step, parameters), toUnit)))
    if (back === undefined) return undefined
    const next = compose(map, back)
    const moved = furthestMove(map, next, first)
    map = next
    if (!Number.isFinite(moved) || !(gain > 0)) return undefined
    if (moved < STILL_PX) break
  }
  return map
}

// Keeps a direction in which nothing is known from running away; too weak to be felt elsewhere.
const RIDGE = 1e-4

function stepMap (step: Float64Array, parameters: number): Homography {
  const last = parameters === 8 ? [step[6]!, step[7]!] : [0, 0]
  return Float64Array.of(1 + step[0]!, step[1]!, step[2]!, step[3]!, 1 + step[4]!, step[5]!, last[0]!, last[1]!, 1)
}

function furthestMove (before: Homography, after: Homography, { width, height }: Plane): number {
  let furthest = 0
  for (const [x, y] of [[0, 0], [width, 0], [0, height], [width, height]] as const) {
    const [x0, y0] = project(before, x, y)
    const [x1, y1] = project(after, x, y)
    furthest = Math.max(furthest, Math.hypot(x1 - x0, y1 - y0))
  }
  return furthest
}

function strongPoints ({ data, width, height }: Plane, toUnit: Homography, scale: number, parameters: number): Points {
  const across = Math.ceil(width / CELL_PX)
  const down = Math.ceil(height / CELL_PX)
  const strongest = new Float32Array(across * down * PER_CELL)
  const places = new Int32Array(across * down * PER_CELL).fill(-1)
  for (let y = BORDER_PX; y < height - BORDER_PX; y++) {
    for (let x = BORDER_PX; x < width - BORDER_PX; x++) {
      const at = y * width + x
      const gx = (data[at + 1]! - data[at - 1]!) / 2
      const gy = (data[at + width]! - data[at - width]!) / 2
      const strength = gx * gx + gy * gy
      if (strength < MIN_SQUARED_GRADIENT) continue
      let slot = (((y / CELL_PX) | 0) * across + ((x / CELL_PX) | 0)) * PER_CELL + PER_CELL - 1
      if (strength <= strongest[slot]!) continue
      // Insertion into a list of three, the strongest first.
      const first = slot - PER_CELL + 1
      while (slot > first && strength > strongest[slot - 1]!) {
        strongest[slot] = strongest[slot - 1]!
        places[slot] = places[slot - 1]!
        slot--
      }
      strongest[slot] = strength
      places[slot] = at
    }
  }
  const found = places.filter(at => at >= 0)
  const count = found.length
  const points = {
    count,
    x: new Float32Array(count),
    y: new Float32Array(count),
    value: new Float32Array(count),
    share: boundedShares(strongest.filter((_, slot) => places[slot]! >= 0)),
    jacobian: new Float32Array(count * parameters)
  }
  for (let i = 0; i < count; i++) {
    const at = found[i]!
    const x = at % width
    const y = (at - x) / width
    points.x[i] = x
    points.y[i] = y
    points.value[i] = data[at]!
    const gx = (data[at + 1]! - data[at - 1]!) / 2 * scale
    const gy = (data[at + width]! - data[at - width]!) / 2 * scale
    const u = toUnit[0]! * x + toUnit[2]!
    const v = toUnit[4]! * y + toUnit[5]!
    const row = i * parameters
    points.jacobian[row] = gx * u
    points.jacobian[row + 1] = gx * v
    points.jacobian[row + 2] = gx
    points.jacobian[row + 3] = gy * u
    points.jacobian[row + 4] = gy * v
    points.jacobian[row + 5] = gy
    if (parameters === 8) {
      points.jacobian[row + 6] = -u * (gx * u + gy * v)
      points.jacobian[row + 7] = -v * (gx * u + gy * v)
    }
  }
  return points
}

// The edge of something that only one picture has is strong, and what lies just outside of it fits: by its residual it
// is no outlier, but it says "do not move" more loudly than all others say where to. So leverage is bounded (Mallows).
function boundedShares (squaredGradients: Float32Array): Float32Array {
  const usual = squaredGradients.toSorted()[squaredGradients.length >> 1]!
  return squaredGradients.map(strength => Math.min(1, MOST_LEVERAGE * usual / strength))
}

/** Values of a plane at the mapped places, bilinear; NaN outside. Gives how many lie inside. */
function sampleAt ({ data, width, height }: Plane, map: Homography, points: Points, values: Float32Array): number {
  const [a, b, c, d, e, f, g, h, i] = map as unknown as readonly number[] as readonly [number, number, number, number, number, number, number, number, number]
  let seen = 0
  for (let k = 0; k < points.count; k++) {
    const x = points.x[k]!
    const y = points.y[k]!
    const w = 1 / (g * x + h * y + i)
    const u = (a * x + b * y + c) * w
    const v = (d * x + e * y + f) * w
    if (!(u >= 0 && v >= 0 && u < width - 1 && v < height - 1)) {
      values[k] = NaN
      continue
    }
    const left = u | 0
    const top = v | 0
    const at = top * width + left
    const s = u - left
    const above = data[at]! + s * (data[at + 1]! - data[at]!)
    const below = data[at + width]! + s * (data[at + width + 1]! - data[at + width]!)
    values[k] = above + (v - top) * (below - above)
    seen++
  }
  return seen
}

function robustSigma (residuals: Float32Array): number {
  const step = Math.max(1, Math.floor(residuals.length / SCALE_SAMPLES))
  const sizes: number[] = []
  for (let i = 0; i < residuals.length; i += step) if (!Number.isNaN(residuals[i]!)) sizes.push(Math.abs(residuals[i]!))
  const sorted = Float32Array.from(sizes).sort()
  return Math.max(MIN_SIGMA, MAD_TO_SIGMA * (sorted[sorted.length >> 1] ?? 0))
}
