// The last fraction of a pixel: a homography refined on the pixels themselves, from coarse to fine, with light and
// contrast left free (inverse compositional Lucas-Kanade; Baker and Matthews, 2004) and what does not fit left out.
import { type Homography, compose, cornersOf, invert, normalized, project } from '../imaging/homography.js'
import { solveSymmetric } from '../imaging/linear-solve.js'
import type { GrayPlane } from '../imaging/gray-image.js'
import { type Overlay, atLevel, fromLevel } from './overlay.js'

/** Says for a pixel of the frame at a level whether it may be used. */
export type Region = (x: number, y: number, level: number) => boolean

interface Points {
  readonly count: number
  readonly x: Float64Array
  readonly y: Float64Array
  readonly value: Float64Array
  /** Ten numbers for each point: the derivatives by the eight parameters, and room for contrast and light. */
  readonly rows: Float64Array
}

const LEVELS = [2, 1, 0] as const
const ROUNDS = 6
/** One point is taken of each cell: that with the strongest gradient. */
const CELL_PX: Readonly<Record<number, number>> = { 2: 4, 1: 6, 0: 9 }
const LEAST_GRADIENT2 = 9
const LEAST_POINTS = 60
const UNKNOWNS = 10
/** Tukey's constant, in units of the residuals' spread, and the least spread in levels of grey. */
const TUKEY = 4.685
const LEAST_SPREAD = 1
const STILL_PX = 0.02
/** Pull of the perspective terms towards no change. */
const RIDGE = 1e-3

/** Refines an overlay's homography; undefined where there is too little to go by. */
export function alignDirectly (overlay: Overlay, region: Region): Homography | undefined {
  let homography = overlay.homography
  let refined = false
  for (const level of LEVELS) {
    if (level >= overlay.frame.length) continue
    const { frame, other, map } = atLevel({ ...overlay, homography }, level)
    const centre = [frame.width / 2, frame.height / 2, 2 / Math.max(frame.width, frame.height)] as const
    const points = choosePoints(frame, centre, CELL_PX[level]!, (x, y) => region(x, y, level))
    if (points.count < LEAST_POINTS) continue
    const aligned = alignLevel(points, other, map, centre, frame)
    if (aligned === undefined) return undefined
    homography = fromLevel(overlay, level, aligned)
    refined = true
  }
  return refined ? normalized(homography) : undefined
}

function choosePoints ({ data, width, height }: GrayPlane, [cx, cy, scale]: readonly [number, number, number], cell: number, allowed: (x: number, y: number) => boolean): Points {
  const chosen: number[] = []
  for (let top = 1; top < height - 1; top += cell) {
    for (let left = 1; left < width - 1; left += cell) {
      let best = LEAST_GRADIENT2
      let at = -1
      for (let y = top; y < Math.min(height - 1, top + cell); y++) {
        for (let x = left; x < Math.min(width - 1, left + cell); x++) {
          const i = y * width + x
          const gradient2 = ((data[i + 1]! - data[i - 1]!) ** 2 + (data[i + width]! - data[i - width]!) ** 2) / 4
          if (gradient2 > best) {
            best = gradient2
            at = i
          }
        }
      }
      if (at >= 0 && allowed(at % width, (at / width) | 0)) chosen.push(at)
    }
  }
  const count = chosen.length
  const points = { count, x: new Float64Array(count), y: new Float64Array(count), value: new Float64Array(count), rows: new Float64Array(count * UNKNOWNS) }
  chosen.forEach((i, p) => {
    points.x[p] = i % width
    points.y[p] = (i / width) | 0
    points.value[p] = data[i]!
    const x = (points.x[p]! - cx) * scale
    const y = (points.y[p]! - cy) * scale
    const gx = (data[i + 1]! - data[i - 1]!) / (2 * scale)
    const gy = (data[i + width]! - data[i - width]!) / (2 * scale)
    const along = gx * x + gy * y
    points.rows.set([gx * x, gx * y, gx, gy * x, gy * y, gy, -along * x, -along * y, 0, -1], p * UNKNOWNS)
  })
  return points
}

function alignLevel (points: Points, other: GrayPlane, start: Homography, [cx, cy, scale]: readonly [number, number, number], frame: GrayPlane): Homography | undefined {
  const toFrame = Float64Array.of(scale, 0, -scale * cx, 0, scale, -scale * cy, 0, 0, 1)
  const fromFrame = Float64Array.of(1 / scale, 0, cx, 0, 1 / scale, cy, 0, 0, 1)
  const seen = new Float64Array(points.count)
  let map = start
  let light = firstLight(points, other, map, seen)
  for (let round = 0; round < ROUNDS; round++) {
    if (light === undefined) return undefined
    const step = solveStep(points, seen, light)
    if (step === undefined) return undefined
    light = [step[8]!, step[9]!]
    const motion = Float64Array.of(1 + step[0]!, step[1]!, step[2]!, step[3]!, 1 + step[4]!, step[5]!, step[6]!, step[7]!, 1)
    const back = invert(compose(fromFrame, compose(motion, toFrame)))
    const next = back && normalized(compose(map, back))
    if (next === undefined) return undefined
    const moved = Math.max(...cornersOf(frame).map(([x, y]) => distance(project(map, x, y), project(next, x, y))))
    map = next
    if (moved < STILL_PX) break
    look(points, other, map, seen)
  }
  return map
}

// What the other picture has at the points; NaN outside of it. Returns how many are inside.
function look ({ count, x, y }: Points, { data, width, height }: GrayPlane, h: Homography, seen: Float64Array): number {
  let inside = 0
  for (let p = 0; p < count; p++) {
    const w = h[6]! * x[p]! + h[7]! * y[p]! + h[8]!
    const u = (h[0]! * x[p]! + h[1]! * y[p]! + h[2]!) / w
    const v = (h[3]! * x[p]! + h[4]! * y[p]! + h[5]!) / w
    if (!(u >= 0 && v >= 0 && u < width - 1 && v < height - 1)) {
      seen[p] = NaN
      continue
    }
    const left = u | 0
    const top = v | 0
    const at = top * width + left
    const above = data[at]! + (u - left) * (data[at + 1]! - data[at]!)
    const below = data[at + width]! + (u - left) * (data[at + width + 1]! - data[at + width]!)
    seen[p] = above + (v - top) * (below - above)
    inside++
  }
  return inside
}

// Contrast and light that make the other picture's mean and spread those of the frame.
function firstLight (points: Points, other: GrayPlane, map: Homography, seen: Float64Array): [number, number] | undefined {
  const inside = look(points, other, map, seen)
  if (inside < LEAST_POINTS) return undefined
  let [a, b, aa, bb] = [0, 0, 0, 0]
  for (let p = 0; p < points.count; p++) {
    if (Number.isNaN(seen[p])) continue
    a += points.value[p]!
    b += seen[p]!
    aa += points.value[p]! ** 2
    bb += seen[p]! ** 2
  }
  const [meanA, meanB] = [a / inside, b / inside]
  const gain = Math.sqrt((aa / inside - meanA ** 2 + 1) / (bb / inside - meanB ** 2 + 1))
  return [gain, meanA - gain * meanB]
}

// Minimises sum of w (J step - (gain seen + light - value))² over the step, the gain and the light at once.
function solveStep ({ count, value, rows }: Points, seen: Float64Array, [gain, light]: readonly [number, number]): Float64Array | undefined {
  const residuals = new Float64Array(count)
  let inside = 0
  for (let p = 0; p < count; p++) {
    if (!Number.isNaN(seen[p])) residuals[inside++] = Math.abs(gain * seen[p]! + light - value[p]!)
  }
  if (inside < LEAST_POINTS) return undefined
  const sorted = residuals.subarray(0, inside).sort()
  const limit = TUKEY * Math.max(LEAST_SPREAD, 1.4826 * sorted[inside >> 1]!)
  const normal = new Float64Array(UNKNOWNS * UNKNOWNS)
  const right = new Float64Array(UNKNOWNS)
  let total = 0
  for (let p = 0; p < count; p++) {
    if (Number.isNaN(seen[p])) continue
    const share = (gain * seen[p]! + light - value[p]!) / limit
    if (share >= 1 || share <= -1) continue
    const weight = (1 - share * share) ** 2
    total += weight
    const from = p * UNKNOWNS
    rows[from + 8] = -seen[p]!
    for (let row = 0; row < UNKNOWNS; row++) {
      const scaled = weight * rows[from + row]!
      right[row]! -= scaled * value[p]!
      for (let column = 0; column <= row; column++) normal[row * UNKNOWNS + column]! += scaled * rows[from + column]!
    }
  }
  if (total < LEAST_POINTS / 2) return undefined
  for (const diagonal of [66, 77]) normal[diagonal]! *= 1 + RIDGE
  return solveSymmetric(normal, right)
}

function distance ([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): number {
  return Math.hypot(x1 - x2, y1 - y2)
}
