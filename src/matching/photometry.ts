// Whether two pictures look alike where a homography lays them over each other. This decides: unrelated pictures may
// have twenty matches that agree on a homography, but not the pixels between them.
import { type Point, project } from '../imaging/homography.js'
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
  const half = compare(overlay, points, 1)
  return half.covered < LEAST_PIXELS ? compare(overlay, points, 0).agreement : half.agreement
}

function compare (overlay: Overlay, points: readonly Point[], level: number): { agreement: Agreement, covered: number } {
  const { frame, other, map: homography } = atLevel(overlay, level)
  const { width, height } = frame
  const toLevel = down(level)
  const hull = fillHull(points.map(([x, y]) => project(toLevel, x, y)), width, height)
  const stride = width + 1
  // Integral images of: 1, a, b, aa, bb, ab.
  const sums = Array.from({ length: 6 }, () => new Float64Array(stride * (height + 1)))
  const [n, a, b, aa, bb, ab] = sums as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const [h0, h1, h2, h3, h4, h5, h6, h7, h8] = homography as unknown as readonly [number, number, number, number, number, number, number, number, number]
  const pixels = other.data
  const otherWidth = other.width
  const lastX = other.width - 1
  const lastY = other.height - 1
  const covered = new Uint8Array(width * height)
  let coveredCount = 0
  let [hn, ha, hb, haa, hbb, hab] = [0, 0, 0, 0, 0, 0]
  for (let y = 0; y < height; y++) {
    let [rn, ra, rb, raa, rbb, rab] = [0, 0, 0, 0, 0, 0]
    for (let x = 0; x < width; x++) {
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
        covered[y * width + x] = 1
        coveredCount++
        if (hull[y * width + x] === 1) {
          hn++
          ha += p
          hb += q
          haa += p * p
          hbb += q * q
          hab += p * q
        }
      }
      const to = (y + 1) * stride + x + 1
      n[to] = n[to - stride]! + rn
      a[to] = a[to - stride]! + ra
      b[to] = b[to - stride]! + rb
      aa[to] = aa[to - stride]! + raa
      bb[to] = bb[to - stride]! + rbb
      ab[to] = ab[to - stride]! + rab
    }
  }
  const map = new Float32Array(width * height).fill(NaN)
  const all = { textured: 0, sum: 0, alike: 0 }
  const inHull = { textured: 0, sum: 0, alike: 0 }
  if (coveredCount > 0) {
    for (let y = 0; y < height; y++) {
      const top = Math.max(0, y - WINDOW_RADIUS) * stride
      const bottom = Math.min(height, y + WINDOW_RADIUS + 1) * stride
      for (let x = 0; x < width; x++) {
        if (covered[y * width + x] === 0) continue
        const left = Math.max(0, x - WINDOW_RADIUS)
        const right = Math.min(width, x + WINDOW_RADIUS + 1)
        const count = n[bottom + right]! - n[bottom + left]! - n[top + right]! + n[top + left]!
        if (count < LEAST_COVERED * (2 * WINDOW_RADIUS + 1) ** 2) continue
        const meanA = (a[bottom + right]! - a[bottom + left]! - a[top + right]! + a[top + left]!) / count
        const meanB = (b[bottom + right]! - b[bottom + left]! - b[top + right]! + b[top + left]!) / count
        const varianceA = (aa[bottom + right]! - aa[bottom + left]! - aa[top + right]! + aa[top + left]!) / count - meanA * meanA
        const varianceB = (bb[bottom + right]! - bb[bottom + left]! - bb[top + right]! + bb[top + left]!) / count - meanB * meanB
        if (varianceA < TEXTURE_VARIANCE && varianceB < TEXTURE_VARIANCE) continue
        const covariance = (ab[bottom + right]! - ab[bottom + left]! - ab[top + right]! + ab[top + left]!) / count - meanA * meanB
        const correlation = covariance / Math.sqrt((Math.max(0, varianceA) + REGULARIZATION) * (Math.max(0, varianceB) + REGULARIZATION))
        map[y * width + x] = correlation
        add(all, correlation)
        if (hull[y * width + x] === 1) add(inHull, correlation)
      }
    }
  }
  const total = width * height
  return {
    covered: coveredCount,
    agreement: {
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

/** 1 for each pixel within the convex hull of the points, 0 outside; the row `y` begins at `y * width`. */
export function fillHull (points: readonly Point[], width: number, height: number): Uint8Array {
  const inside = new Uint8Array(width * height)
  const hull = convexHull(points)
  if (hull.length < 3) return inside
  const top = Math.max(0, Math.ceil(Math.min(...hull.map(([, y]) => y))))
  const bottom = Math.min(height - 1, Math.floor(Math.max(...hull.map(([, y]) => y))))
  for (let y = top; y <= bottom; y++) {
    let left = Infinity
    let right = -Infinity
    hull.forEach(([x1, y1], index) => {
      const [x2, y2] = hull[(index + 1) % hull.length]!
      if (y < Math.min(y1, y2) || y > Math.max(y1, y2)) return
      const ends = y1 === y2 ? [x1, x2] : [x1 + (x2 - x1) * (y - y1) / (y2 - y1)]
      left = Math.min(left, ...ends)
      right = Math.max(right, ...ends)
    })
    if (right >= left) inside.fill(1, y * width + Math.max(0, Math.ceil(left)), y * width + Math.min(width, Math.floor(right) + 1))
  }
  return inside
}

/** The corners of the convex hull, in order around it (Andrew's monotone chain). */
export function convexHull (points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((p, q) => p[0] - q[0] || p[1] - q[1])
  if (sorted.length < 3) return sorted
  const lower = chain(sorted)
  const upper = chain(sorted.reverse())
  return [...lower.slice(0, -1), ...upper.slice(0, -1)]
}

function chain (points: readonly Point[]): Point[] {
  const kept: Point[] = []
  for (const point of points) {
    while (kept.length >= 2 && turn(kept[kept.length - 2]!, kept[kept.length - 1]!, point) <= 0) kept.pop()
    kept.push(point)
  }
  return kept
}

function turn ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}
