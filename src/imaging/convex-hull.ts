// The convex hull of points, and the pixels within it.
import type { Point } from './homography.js'

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
