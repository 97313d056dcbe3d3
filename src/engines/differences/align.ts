// Bringing two pictures into register: from likely starts by Lucas-Kanade over a pyramid, judged block by block.
import { blurPlane } from '../../imaging/blur-plane.js'
import { type Homography, areaScale, compose, cornersOf, invert, project, scaling, toPixels, toShares } from '../../imaging/homography.js'
import type { Plane } from '../../imaging/lab-planes.js'
import { refineMotion } from '../../imaging/lucas-kanade.js'
import { sizeWithin, shrinkPlane } from '../../imaging/shrink.js'
import type { Scratch } from '../../imaging/scratch.js'

/** How well two pictures lie on each other. */
export interface Fit {
  /** From shares of the first picture's sides to shares of the second's. */
  readonly map: Homography
  /** Of the first picture's textured places, how many look alike in the second, 0..1. */
  readonly share: number
  /** Mean correlation of all textured places. */
  readonly correlation: number
  /** Of the first picture, how much lies within the second. */
  readonly overlap: number
}

const LEVELS = [
  { side: 128, motion: 'affine', iterations: 12 },
  { side: 256, motion: 'affine', iterations: 10 },
  { side: 512, motion: 'homography', iterations: 10 },
  { side: 1024, motion: 'homography', iterations: 6 }
] as const
/** From a start by features only the last levels are needed. */
export const FINE_LEVELS = 2
const BLUR_SIGMA = 0.8
// Sizes that differ by less may be crops of one frame at one scale.
const MAX_CROP = 0.06
// The judging size: fine enough for texture, coarse enough to be cheap.
const JUDGED_SIDE_PX = 384
const WINDOW_PX = 15
const WINDOW_STEP_PX = 3
const TEXTURED_DEVIATION = 4
const ALIKE = 0.8
const MIN_TEXTURED = 30

/** The grey planes of a pair at the sizes that aligning asks for, made when asked for. */
export interface Pyramid {
  readonly first: Plane
  readonly second: Plane
  readonly levels: Map<string, Plane>
  readonly scratch: Scratch
}

/** @param first grey levels of the first picture; both at working size */
export function createPyramid (first: Plane, second: Plane, scratch: Scratch): Pyramid {
  return { first, second, levels: new Map(), scratch }
}

/** The best fit that the pictures' sizes suggest as starts. */
export function alignBySize (pyramid: Pyramid): Fit {
  const { first, second } = pyramid
  const starts = [scaling(1, 1)]
  const crop = Math.max(Math.abs(first.width / second.width - 1), Math.abs(first.height / second.height - 1))
  if (crop > 0 && crop < MAX_CROP) {
    const scaleX = first.width / second.width
    const scaleY = first.height / second.height
    starts.push(scaling(scaleX, scaleY, (1 - scaleX) / 2, (1 - scaleY) / 2))
  }
  return starts.map(start => refineFit(pyramid, start, 0)).reduce(better)
}

/** A start made better, or left as it is where refining makes it worse. */
export function refineFit (pyramid: Pyramid, start: Homography, fromLevel: number): Fit {
  const before = judge(pyramid, start)
  let map: Homography | undefined = start
  for (const { side, motion, iterations } of LEVELS.slice(fromLevel)) {
    const first = blurredLevel(pyramid, 'first', side)
    const second = blurredLevel(pyramid, 'second', side)
    const refined = refineMotion(first, second, inPixels(map, first, second), { motion, iterations })
    if (refined === undefined || !isPlausible(refined, first)) continue
    map = inShares(refined, first, second)
    if (Math.max(first.width, first.height) < side) break
  }
  const after = map === start ? before : judge(pyramid, map)
  return scoreOf(after) >= scoreOf(before) ? after : before
}

function better (a: Fit, b: Fit): Fit {
  return scoreOf(b) > scoreOf(a) ? b : a
}

/** What fits are compared by: correlation, less where little of the first picture is seen. */
export function scoreOf ({ correlation, overlap }: Fit): number {
  return correlation * Math.min(1, overlap / 0.5)
}

/** A map of shares as one of pixels (centre of the first at 0) of planes of the given sizes. */
export function inPixels (map: Homography, first: { width: number, height: number }, second: { width: number, height: number }): Homography {
  return compose(toPixels(second.width, second.height), compose(map, toShares(first.width, first.height)))
}

function inShares (map: Homography, first: Plane, second: Plane): Homography {
  return compose(toShares(second.width, second.height), compose(map, toPixels(first.width, first.height)))
}

/** Whether a map of pixels keeps the picture a picture: nowhere mirrored, folded or shrunk to nothing. */
function isPlausible (map: Homography, frame: Plane): boolean {
  const scales = cornersOf(frame).map(([x, y]) => areaScale(map, x, y))
  const centre = areaScale(map, frame.width / 2, frame.height / 2)
  return [...scales, centre].every(scale => scale > MIN_AREA_SCALE && scale < 1 / MIN_AREA_SCALE)
}
const MIN_AREA_SCALE = 0.04

function level (pyramid: Pyramid, which: 'first' | 'second', side: number): Plane {
  const key = `${which} ${side}`
  const known = pyramid.levels.get(key)
  if (known !== undefined) return known
  const plane = pyramid[which]
  const { width, height } = sizeWithin(plane.width, plane.height, side)
  // From the next larger level that is there: less to read.
  const source = [...pyramid.levels].filter(([name, { width: w }]) => name.startsWith(`${which} `) && w >= 2 * width).map(([, found]) => found)
    .reduce((least, found) => found.width < least.width ? found : least, plane)
  const made = shrinkPlane(source, width, height)
  pyramid.levels.set(key, made)
  return made
}

function blurredLevel (pyramid: Pyramid, which: 'first' | 'second', side: number): Plane {
  const key = `blurred ${which} ${side}`
  const known = pyramid.levels.get(key)
  if (known !== undefined) return known
  const made = blurPlane(level(pyramid, which, side), BLUR_SIGMA, pyramid.scratch)
  pyramid.levels.set(key, made)
  return made
}

/** How well a map fits, by zero-mean correlation of windows. */
export function judge (pyramid: Pyramid, map: Homography): Fit {
  const first = level(pyramid, 'first', JUDGED_SIDE_PX)
  const second = level(pyramid, 'second', JUDGED_SIDE_PX)
  const warped = warpLinear(second, inPixels(map, first, second), first)
  const { width, height } = first
  const sums = correlationSums(first.data, warped, width, height)
  let textured = 0
  let alike = 0
  let total = 0
  let inside = 0
  let looked = 0
  const count = WINDOW_PX * WINDOW_PX
  const windowSum = (sum: Float64Array, x: number, y: number): number => {
    const stride = width + 1
    return sum[(y + WINDOW_PX) * stride + x + WINDOW_PX]! - sum[y * stride + x + WINDOW_PX]! - sum[(y + WINDOW_PX) * stride + x]! + sum[y * stride + x]!
  }
  for (let y = 0; y + WINDOW_PX <= height; y += WINDOW_STEP_PX) {
    for (let x = 0; x + WINDOW_PX <= width; x += WINDOW_STEP_PX) {
      looked++
      if (windowSum(sums.outside, x, y) > 0) continue
      inside++
      const sumA = windowSum(sums.a, x, y)
      const sumB = windowSum(sums.b, x, y)
      const varA = windowSum(sums.aa, x, y) - sumA * sumA / count
      if (varA < count * TEXTURED_DEVIATION * TEXTURED_DEVIATION) continue
      const varB = windowSum(sums.bb, x, y) - sumB * sumB / count
      const covariance = windowSum(sums.ab, x, y) - sumA * sumB / count
      const correlation = varB > 1e-6 ? covariance / Math.sqrt(varA * varB) : 0
      textured++
      total += correlation
      if (correlation > ALIKE) alike++
    }
  }
  const overlap = looked === 0 ? 1 : inside / looked
  // With next to no texture any place is as good as another: what the sizes suggest stands.
  if (textured < MIN_TEXTURED) return { map, share: 1, correlation: 1, overlap }
  return { map, share: alike / textured, correlation: total / textured, overlap }
}

interface CorrelationSums {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly aa: Float64Array
  readonly bb: Float64Array
  readonly ab: Float64Array
  readonly outside: Float64Array
}

// Sums over all that lies above and to the left, with a row and a column of zeros first.
function correlationSums (a: Float32Array, b: Float32Array, width: number, height: number): CorrelationSums {
  const stride = width + 1
  const plane = (): Float64Array => new Float64Array(stride * (height + 1))
  const sums = { a: plane(), b: plane(), aa: plane(), bb: plane(), ab: plane(), outside: plane() }
  for (let y = 0; y < height; y++) {
    let rowA = 0
    let rowB = 0
    let rowAA = 0
    let rowBB = 0
    let rowAB = 0
    let rowOutside = 0
    for (let x = 0; x < width; x++) {
      const valueA = a[y * width + x]!
      let valueB = b[y * width + x]!
      if (Number.isNaN(valueB)) {
        rowOutside++
        valueB = 0
      }
      rowA += valueA
      rowB += valueB
      rowAA += valueA * valueA
      rowBB += valueB * valueB
      rowAB += valueA * valueB
      const to = (y + 1) * stride + x + 1
      sums.a[to] = sums.a[to - stride]! + rowA
      sums.b[to] = sums.b[to - stride]! + rowB
      sums.aa[to] = sums.aa[to - stride]! + rowAA
      sums.bb[to] = sums.bb[to - stride]! + rowBB
      sums.ab[to] = sums.ab[to - stride]! + rowAB
      sums.outside[to] = sums.outside[to - stride]! + rowOutside
    }
  }
  return sums
}

/** The second plane as seen in the first's frame, NaN where it does not reach. */
function warpLinear (plane: Plane, map: Homography, frame: Plane): Float32Array {
  const { data, width, height } = plane
  const out = new Float32Array(frame.width * frame.height)
  for (let y = 0, to = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++, to++) {
      const [u, v] = project(map, x, y)
      // Half a pixel beyond the outermost centres still belongs to the picture.
      if (!(u >= -0.5 && v >= -0.5 && u <= width - 0.5 && v <= height - 0.5)) {
        out[to] = NaN
        continue
      }
      const cu = Math.min(width - 1.001, Math.max(0, u))
      const cv = Math.min(height - 1.001, Math.max(0, v))
      const left = Math.max(0, cu | 0)
      const top = Math.max(0, cv | 0)
      const right = Math.min(width - 1, left + 1)
      const bottom = Math.min(height - 1, top + 1)
      const s = cu - left
      const t = cv - top
      const above = data[top * width + left]! * (1 - s) + data[top * width + right]! * s
      const below = data[bottom * width + left]! * (1 - s) + data[bottom * width + right]! * s
      out[to] = above * (1 - t) + below * t
    }
  }
  return out
}

/** From shares of the second picture to shares of the first. */
export function backwards (map: Homography): Homography {
  const back = invert(map)
  if (back === undefined) throw new Error('a plausible map has a way back')
  return back
}
