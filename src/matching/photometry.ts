// Whether two pictures look alike where a homography lays them over each other. This decides: unrelated pictures may
// have twenty matches that agree on a homography, but not the pixels between them.
import { fillHull } from '../imaging/convex-hull.js'
import { type Point, cornersOf, invert, project } from '../imaging/homography.js'
import { type Overlay, atLevel, down } from './overlay.js'

/** Agreement of two pictures in the overlap of their frames, 0 where nothing can be compared. */
export interface Agreement {
  /** Mean local correlation where there is texture, within the hull of the matches and in all of the overlap; -1..1. */
  readonly meanHull: number
  readonly meanAll: number
  /** Share of that texture with a correlation above one half. */
  readonly shareHull: number
  readonly shareAll: number
  /** Correlation of all pixels within the hull at once. */
  readonly wholeHull: number
  /** Textured part of the hull, and the whole overlap, as shares of the frame. */
  readonly textureHull: number
  readonly textureAll: number
  readonly overlap: number
  /** Local correlation for each pixel of the frame at `level`; NaN where there is no texture or no overlap. */
  readonly map: Float32Array
  readonly level: number
}

/** Half of the window for local correlation, in pixels of the level. */
const WINDOW_RADIUS = 5
/** Added to both variances, so that noise in flat parts does not count. */
const REGULARIZATION = 25
/** Variance of either picture above which there is texture. */
const TEXTURE_VARIANCE = 60
const LEAST_COVERED = 0.5
const ALIKE = 0.5
/** Smaller overlaps are looked at in full size. */
const LEAST_PIXELS = 12_000

/**
 * Compares.
 * @param points matched points in pixels of the overlay's frame at full size; their convex hull is looked at apart
 */
export function measureAgreement (overlay: Overlay, points: readonly Point[]): Agreement {
  const half = areaOfOverlap(overlay, 1)
  const level = half.pixels < LEAST_PIXELS ? 0 : 1
  return compare(overlay, points, level, level === 1 ? half : areaOfOverlap(overlay, 0))
}

interface Area {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Pixels in the overlap of both frames, more or less. */
  readonly pixels: number
}

// The part of the frame in which the other picture can lie.
function areaOfOverlap (overlay: Overlay, level: number): Area {
  const { frame, other, map } = atLevel(overlay, level)
  const back = invert(map)
  const corners = cornersOf(other).map(([x, y]) => back === undefined ? [NaN, NaN] as const : project(back, x, y))
  const inFront = back !== undefined && cornersOf(other).every(([x, y]) => (back[6]! * x + back[7]! * y + back[8]!) / back[8]! > 0.01)
  if (!inFront || !corners.flat().every(Number.isFinite)) return { left: 0, top: 0, width: frame.width, height: frame.height, pixels: frame.width * frame.height }
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  const left = Math.max(0, Math.floor(Math.min(...xs)))
  const top = Math.max(0, Math.floor(Math.min(...ys)))
  const width = Math.max(0, Math.min(frame.width, Math.ceil(Math.max(...xs)) + 1) - left)
  const height = Math.max(0, Math.min(frame.height, Math.ceil(Math.max(...ys)) + 1) - top)
  return { left, top, width, height, pixels: Math.min(width * height, Math.abs(polygonArea(corners))) }
}

function polygonArea (corners: readonly Point[]): number {
  return corners.reduce((sum, [x1, y1], index) => {
    const [x2, y2] = corners[(index + 1) % corners.length]!
    return sum + (x1 * y2 - x2 * y1) / 2
  }, 0)
}

// Kept from call to call: they are large, and there are ten comparisons in a search.
let scratch: Float64Array[] = []

function scratchSums (length: number): Float64Array[] {
  if (scratch.length === 0 || scratch[0]!.length < length) scratch = Array.from({ length: 6 }, () => new Float64Array(length))
  return scratch
}

function compare (overlay: Overlay, points: readonly Point[], level: number, area: Area): Agreement {
  const { frame, other, map: homography } = atLevel(overlay, level)
  const { width, height } = frame
  const toLevel = down(level)
  const hull = fillHull(points.map(([x, y]) => project(toLevel, x, y)), width, height)
  const stride = area.width + 1
  // Integral images over the area of: 1, a, b, aa, bb, ab; their first row is 0, as is the first column.
  const sums = scratchSums(stride * (area.height + 1))
  for (const sum of sums) {
    sum.fill(0, 0, stride)
    for (let row = 1; row <= area.height; row++) sum[row * stride] = 0
  }
  const [n, a, b, aa, bb, ab] = sums as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const [h0, h1, h2, h3, h4, h5, h6, h7, h8] = homography as unknown as readonly [number, number, number, number, number, number, number, number, number]
  const pixels = other.data
  const otherWidth = other.width
  const lastX = other.width - 1
  const lastY = other.height - 1
  const covered = new Uint8Array(area.width * area.height)
  let coveredCount = 0
  let hn = 0
  let ha = 0
  let hb = 0
  let haa = 0
  let hbb = 0
  let hab = 0
  for (let row = 0; row < area.height; row++) {
    const y = row + area.top
    let rn = 0
    let ra = 0
    let rb = 0
    let raa = 0
    let rbb = 0
    let rab = 0
    for (let column = 0; column < area.width; column++) {
      const x = column + area.left
      const w = h6 * x + h7 * y + h8
      const u = (h0 * x + h1 * y + h2) / w
      const v = (h3 * x + h4 * y + h5) / w
      if (w > 0 && u >= 0 && v >= 0 && u < lastX && v < lastY) {
        const left = u | 0
        const top = v | 0
        const at = top * otherWidth + left
        const above = pixels[at]! + (u - left) * (pixels[at + 1]! - pixels[at]!)
        const below = pixels[at + otherWidth]! + (u - left) * (pixels[at + otherWidth + 1]! - pixels[at + otherWidth]!)
        const q = above + (v - top) * (below - above)
        const p = frame.data[y * width + x]!
        rn++
        ra += p
        rb += q
        raa += p * p
        rbb += q * q
        rab += p * q
        covered[row * area.width + column] = 1
        if (hull[y * width + x] === 1) {
          hn++
          ha += p
          hb += q
          haa += p * p
          hbb += q * q
          hab += p * q
        }
      }
      const to = (row + 1) * stride + column + 1
      n[to] = n[to - stride]! + rn
      a[to] = a[to - stride]! + ra
      b[to] = b[to - stride]! + rb
      aa[to] = aa[to - stride]! + raa
      bb[to] = bb[to - stride]! + rbb
      ab[to] = ab[to - stride]! + rab
    }
    coveredCount += rn
  }
  const map = new Float32Array(width * height).fill(NaN)
  const all = { textured: 0, sum: 0, alike: 0 }
  const inHull = { textured: 0, sum: 0, alike: 0 }
  for (let row = 0; row < area.height; row++) {
    const top = Math.max(0, row - WINDOW_RADIUS) * stride
    const bottom = Math.min(area.height, row + WINDOW_RADIUS + 1) * stride
    for (let column = 0; column < area.width; column++) {
      if (covered[row * area.width + column] === 0) continue
      const left = Math.max(0, column - WINDOW_RADIUS)
      const right = Math.min(area.width, column + WINDOW_RADIUS + 1)
      const count = n[bottom + right]! - n[bottom + left]! - n[top + right]! + n[top + left]!
      if (count < LEAST_COVERED * (2 * WINDOW_RADIUS + 1) ** 2) continue
      const meanA = (a[bottom + right]! - a[bottom + left]! - a[top + right]! + a[top + left]!) / count
      const meanB = (b[bottom + right]! - b[bottom + left]! - b[top + right]! + b[top + left]!) / count
      const varianceA = (aa[bottom + right]! - aa[bottom + left]! - aa[top + right]! + aa[top + left]!) / count - meanA * meanA
      const varianceB = (bb[bottom + right]! - bb[bottom + left]! - bb[top + right]! + bb[top + left]!) / count - meanB * meanB
      if (varianceA < TEXTURE_VARIANCE && varianceB < TEXTURE_VARIANCE) continue
      const covariance = (ab[bottom + right]! - ab[bottom + left]! - ab[top + right]! + ab[top + left]!) / count - meanA * meanB
      const correlation = covariance / Math.sqrt((Math.max(0, varianceA) + REGULARIZATION) * (Math.max(0, varianceB) + REGULARIZATION))
      const at = (row + area.top) * width + column + area.left
      map[at] = correlation
      add(all, correlation)
      if (hull[at] === 1) add(inHull, correlation)
    }
  }
  const total = width * height
  return {
    ...means(inHull, 'meanHull', 'shareHull'),
    ...means(all, 'meanAll', 'shareAll'),
    wholeHull: hn < 2 ? 0 : correlate(hn, ha, hb, haa, hbb, hab),
    textureHull: inHull.textured / total,
    textureAll: all.textured / total,
    overlap: coveredCount / total,
    map,
    level
  }
}

interface Tally {
  textured: number
  sum: number
  alike: number
}

function add (tally: Tally, correlation: number): void {
  tally.textured++
  tally.sum += correlation
  if (correlation > ALIKE) tally.alike++
}

function means<M extends string, S extends string> ({ textured, sum, alike }: Tally, mean: M, share: S): { [K in M | S]: number } {
  return { [mean]: textured === 0 ? 0 : sum / textured, [share]: textured === 0 ? 0 : alike / textured } as { [K in M | S]: number }
}

function correlate (n: number, a: number, b: number, aa: number, bb: number, ab: number): number {
  const covariance = ab / n - a * b / (n * n)
  const variance = (aa / n - (a / n) ** 2 + 1) * (bb / n - (b / n) ** 2 + 1)
  return covariance / Math.sqrt(variance)
}
