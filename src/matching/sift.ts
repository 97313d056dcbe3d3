// SIFT points (Lowe, 2004; the patent ended in 2020) in typed arrays, since OpenCV's build for WebAssembly has none.
// Descriptors are RootSIFT (Arandjelovic and Zisserman, 2012) over a fixed grid of samples around each point.
import type { GrayImage, GrayPlane } from '../imaging/gray-image.js'
import { type Features, emptyFeatures } from './features.js'
import type { Blur } from './opencv-images.js'
import { describePoint, DESCRIPTOR_LENGTH, findOrientations } from './sift-descriptor.js'

/** A point of scale space: column, row and level within its octave, and how strong it is. */
interface Extremum {
  readonly octave: number
  readonly level: number
  readonly x: number
  readonly y: number
  /** In pixels of the octave. */
  readonly sigma: number
  readonly strength: number
}

const SCALES = 3
const SIGMA = 1.6
/** Blur that a camera's picture is taken to have. */
const INITIAL_SIGMA = 0.5
const LEAST_SIDE = 20
const MAX_OCTAVES = 6
const BORDER = 5
/** Of the difference of Gaussians, in levels of grey; half of Lowe's, for pictures with little texture. */
const LEAST_CONTRAST = 1.7
/** Ratio of principal curvatures above which a point lies on an edge. */
const MAX_EDGE_RATIO = 10
const MAX_MOVES = 5

/** The strongest points, at most `limit` before those with two orientations are doubled. */
export function detectSift (image: GrayImage, limit: number, blur: Blur): Features {
  const octaves: GrayPlane[][] = []
  const found: Extremum[] = []
  let base = blur(image, Math.sqrt(SIGMA ** 2 - INITIAL_SIGMA ** 2))
  for (let octave = 0; octave < MAX_OCTAVES && Math.min(base.width, base.height) >= LEAST_SIDE; octave++) {
    const levels = buildLevels(base, blur)
    octaves.push(levels)
    findExtrema(levels, octave, found)
    base = decimate(levels[SCALES]!)
  }
  found.sort((a, b) => b.strength - a.strength)
  const described = found.slice(0, limit).flatMap(point => {
    const plane = octaves[point.octave]![point.level]!
    return findOrientations(plane, point.x, point.y, point.sigma).map(angle => ({ point, plane, angle }))
  })
  const features = emptyFeatures('sift', described.length, DESCRIPTOR_LENGTH * 2, 'euclidean')
  const numbers = new Int16Array(features.descriptors.buffer)
  described.forEach(({ point, plane, angle }, index) => {
    const step = 2 ** point.octave
    features.x[index] = point.x * step
    features.y[index] = point.y * step
    features.size[index] = 2 * point.sigma * step
    features.angle[index] = angle
    describePoint(plane, point.x, point.y, point.sigma, angle, numbers.subarray(index * DESCRIPTOR_LENGTH, (index + 1) * DESCRIPTOR_LENGTH))
  })
  return features
}

// Gaussian levels 0 to SCALES + 2 of an octave.
function buildLevels (base: GrayPlane, blur: Blur): GrayPlane[] {
  const levels = [base]
  const factor = 2 ** (1 / SCALES)
  for (let level = 1; level < SCALES + 3; level++) {
    const before = SIGMA * factor ** (level - 1)
    levels.push(blur(levels[level - 1]!, before * Math.sqrt(factor ** 2 - 1)))
  }
  return levels
}

function decimate ({ data, width, height }: GrayPlane): GrayPlane {
  const halfWidth = width >> 1
  const halfHeight = height >> 1
  const half = new Float32Array(halfWidth * halfHeight)
  for (let y = 0; y < halfHeight; y++) {
    for (let x = 0; x < halfWidth; x++) half[y * halfWidth + x] = data[2 * y * width + 2 * x]!
  }
  return { data: half, width: halfWidth, height: halfHeight }
}

function findExtrema (levels: readonly GrayPlane[], octave: number, found: Extremum[]): void {
  const { width, height } = levels[0]!
  const differences = levels.slice(1).map(({ data }, level) => {
    const below = levels[level]!.data
    const difference = new Float32Array(data.length)
    for (let i = 0; i < data.length; i++) difference[i] = data[i]! - below[i]!
    return difference
  })
  const seen = new Set<number>()
  for (let level = 1; level <= SCALES; level++) {
    const here = differences[level]!
    for (let y = BORDER; y < height - BORDER; y++) {
      for (let x = BORDER; x < width - BORDER; x++) {
        const at = y * width + x
        const value = here[at]!
        if (value > 0.5 * LEAST_CONTRAST || value < -0.5 * LEAST_CONTRAST) {
          if (!isExtremum(differences, level, at, width, value)) continue
          const point = localize(differences, width, height, octave, level, x, y)
          if (point === undefined) continue
          const key = (Math.round(point.y * 4) * 8192 + Math.round(point.x * 4)) * 4 + point.level
          if (seen.has(key)) continue
          seen.add(key)
          found.push(point)
        }
      }
    }
  }
}

function isExtremum (differences: readonly Float32Array[], level: number, at: number, width: number, value: number): boolean {
  const sign = value > 0 ? 1 : -1
  const size = sign * value
  for (let l = level - 1; l <= level + 1; l++) {
    const data = differences[l]!
    for (let row = at - width; row <= at + width; row += width) {
      if (sign * data[row - 1]! > size || sign * data[row]! > size || sign * data[row + 1]! > size) return false
    }
  }
  return true
}

// The extremum between pixels and levels, by a parabola through its neighbours.
function localize (differences: readonly Float32Array[], width: number, height: number, octave: number, startLevel: number, startX: number, startY: number): Extremum | undefined {
  let [level, x, y] = [startLevel, startX, startY]
  for (let move = 0; move < MAX_MOVES; move++) {
    const at = y * width + x
    const below = differences[level - 1]!
    const here = differences[level]!
    const above = differences[level + 1]!
    const value = here[at]!
    const dx = (here[at + 1]! - here[at - 1]!) / 2
    const dy = (here[at + width]! - here[at - width]!) / 2
    const ds = (above[at]! - below[at]!) / 2
    const dxx = here[at + 1]! + here[at - 1]! - 2 * value
    const dyy = here[at + width]! + here[at - width]! - 2 * value
    const dss = above[at]! + below[at]! - 2 * value
    const dxy = (here[at + width + 1]! - here[at + width - 1]! - here[at - width + 1]! + here[at - width - 1]!) / 4
    const dxs = (above[at + 1]! - above[at - 1]! - below[at + 1]! + below[at - 1]!) / 4
    const dys = (above[at + width]! - above[at - width]! - below[at + width]! + below[at - width]!) / 4
    const [c0, c1, c2] = [dyy * dss - dys * dys, dxs * dys - dxy * dss, dxy * dys - dxs * dyy]
    const determinant = dxx * c0 + dxy * c1 + dxs * c2
    if (Math.abs(determinant) < 1e-12) return undefined
    const ox = -(c0 * dx + c1 * dy + c2 * ds) / determinant
    const oy = -(c1 * dx + (dxx * dss - dxs * dxs) * dy + (dxs * dxy - dxx * dys) * ds) / determinant
    const os = -(c2 * dx + (dxs * dxy - dxx * dys) * dy + (dxx * dyy - dxy * dxy) * ds) / determinant
    if (Math.abs(ox) < 0.6 && Math.abs(oy) < 0.6 && Math.abs(os) < 0.6) {
      const contrast = Math.abs(value + (dx * ox + dy * oy + ds * os) / 2)
      const curvature = dxx * dyy - dxy * dxy
      if (contrast < LEAST_CONTRAST || curvature <= 0 || (dxx + dyy) ** 2 * MAX_EDGE_RATIO >= (MAX_EDGE_RATIO + 1) ** 2 * curvature) return undefined
      return { octave, level, x: x + ox, y: y + oy, sigma: SIGMA * 2 ** ((level + os) / SCALES), strength: contrast }
    }
    if (!(Math.abs(ox) < width && Math.abs(oy) < height && Math.abs(os) < SCALES)) return undefined
    x += Math.round(ox)
    y += Math.round(oy)
    level += Math.round(os)
    if (level < 1 || level > SCALES || x < BORDER || y < BORDER || x >= width - BORDER || y >= height - BORDER) return undefined
  }
  return undefined
}
