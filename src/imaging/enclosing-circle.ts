// The smallest circle around a set of points.

export interface Circle {
  readonly x: number
  readonly y: number
  readonly radius: number
}

// Points this much outside (as a share of the radius, and at least this many pixels) count as inside: rounding.
const SLACK = 1e-9

/**
 * The smallest circle that holds all points (x and y interleaved); radius 0 for one point.
 * Source: E. Welzl, "Smallest enclosing disks (balls and ellipsoids)", 1991, in its iterative form, on the convex hull.
 * @throws Error where there is no point
 */
export function enclosingCircle (points: ArrayLike<number>): Circle {
  const hull = convexHull(points)
  const [first] = hull
  if (first === undefined) throw new Error('no points to enclose')
  let circle: Circle = { x: first.x, y: first.y, radius: 0 }
  for (const [i, p] of hull.entries()) {
    if (holds(circle, p)) continue
    circle = { x: p.x, y: p.y, radius: 0 }
    for (const [j, q] of hull.slice(0, i).entries()) {
      if (holds(circle, q)) continue
      circle = around(p, q)
      for (const r of hull.slice(0, j)) if (!holds(circle, r)) circle = through(p, q, r) ?? circle
    }
  }
  return circle
}

interface Point {
  readonly x: number
  readonly y: number
}

function holds ({ x, y, radius }: Circle, point: Point): boolean {
  return Math.hypot(point.x - x, point.y - y) <= radius * (1 + SLACK) + SLACK
}

function around (p: Point, q: Point): Circle {
  return { x: (p.x + q.x) / 2, y: (p.y + q.y) / 2, radius: Math.hypot(p.x - q.x, p.y - q.y) / 2 }
}

/** The circle through three points; undefined where they lie on a line. */
function through (p: Point, q: Point, r: Point): Circle | undefined {
  const ax = q.x - p.x
  const ay = q.y - p.y
  const bx = r.x - p.x
  const by = r.y - p.y
  const cross = 2 * (ax * by - ay * bx)
  if (cross === 0) return undefined
  const a = ax * ax + ay * ay
  const b = bx * bx + by * by
  const x = (by * a - ay * b) / cross
  const y = (ax * b - bx * a) / cross
  return { x: p.x + x, y: p.y + y, radius: Math.hypot(x, y) }
}

/** Andrew's monotone chain: corners of the hull in order, none twice. */
function convexHull (points: ArrayLike<number>): readonly Point[] {
  const sorted = Array.from({ length: points.length / 2 }, (_, i) => ({ x: points[i * 2]!, y: points[i * 2 + 1]! }))
    .sort((p, q) => p.x - q.x || p.y - q.y)
    .filter((p, i, all) => i === 0 || p.x !== all[i - 1]!.x || p.y !== all[i - 1]!.y)
  if (sorted.length < 3) return sorted
  const half = (order: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const p of order) {
      while (chain.length > 1 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, p) <= 0) chain.pop()
      chain.push(p)
    }
    chain.pop()
    return chain
  }
  return [...half(sorted), ...half([...sorted].reverse())]
}

function turn (p: Point, q: Point, r: Point): number {
  return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
}
