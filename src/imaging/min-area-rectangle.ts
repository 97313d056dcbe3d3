// The smallest rectangle around points, at any angle: convex hull (monotone chain), then one side of the rectangle lies
// on a side of the hull (Freeman and Shapira 1975).
import type { Point, Quad } from './quad.js'

/** A rectangle at an angle: its centre, the unit vector along its `width`, and its sides. */
export interface TurnedRectangle {
  readonly centre: Point
  /** Direction of the side `width`; the side `height` is a quarter turn clockwise of it, seen with y down. */
  readonly along: Point
  readonly width: number
  readonly height: number
}

/**
 * The convex hull of points given as x, y pairs; corners in order, no three on a line.
 * @param points pairs sorted by y, then x
 */
export function convexHull (points: ArrayLike<number>): Float64Array {
  const count = points.length / 2
  const hull = new Float64Array(points.length + 2)
  let size = 0
  const add = (index: number, least: number): void => {
    const x = points[2 * index]!
    const y = points[2 * index + 1]!
    while (size >= least && turn(hull, size, x, y) <= 0) size--
    hull[2 * size] = x
    hull[2 * size + 1] = y
    size++
  }
  for (let index = 0; index < count; index++) add(index, 2)
  const least = size + 1
  for (let index = count - 2; index >= 0; index--) add(index, least)
  return hull.slice(0, 2 * Math.max(1, size - 1))
}

// On which side of the last side of the hull a point lies.
function turn (hull: Float64Array, size: number, x: number, y: number): number {
  const ax = hull[2 * size - 4]!
  const ay = hull[2 * size - 3]!
  const bx = hull[2 * size - 2]!
  const by = hull[2 * size - 1]!
  return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
}

/** The smallest rectangle around a convex hull. For a single point or a line its area is 0. */
export function minAreaRectangle (hull: Float64Array): TurnedRectangle {
  const count = hull.length / 2
  const sides = count > 1 ? count : 0
  let best: TurnedRectangle = { centre: { x: hull[0]!, y: hull[1]! }, along: { x: 1, y: 0 }, width: 0, height: 0 }
  let leastArea = Infinity
  for (let index = 0; index < sides; index++) {
    const next = (index + 1) % count
    const dx = hull[2 * next]! - hull[2 * index]!
    const dy = hull[2 * next + 1]! - hull[2 * index + 1]!
    const length = Math.hypot(dx, dy)
    const rectangle = rectangleAlong(hull, { x: dx / length, y: dy / length })
    const area = rectangle.width * rectangle.height
    if (area < leastArea) {
      leastArea = area
      best = rectangle
    }
  }
  return best
}

function rectangleAlong (hull: Float64Array, along: Point): TurnedRectangle {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let at = 0; at < hull.length; at += 2) {
    const u = hull[at]! * along.x + hull[at + 1]! * along.y
    const v = hull[at + 1]! * along.x - hull[at]! * along.y
    left = Math.min(left, u)
    right = Math.max(right, u)
    top = Math.min(top, v)
    bottom = Math.max(bottom, v)
  }
  const u = (left + right) / 2
  const v = (top + bottom) / 2
  return { centre: { x: u * along.x - v * along.y, y: u * along.y + v * along.x }, along, width: right - left, height: bottom - top }
}

/** The same rectangle with its `width` within 45° of the x axis and pointing right, so that `height` points down. */
export function uprightRectangle ({ centre, along, width, height }: TurnedRectangle): TurnedRectangle {
  if (Math.abs(along.x) < Math.abs(along.y)) {
    const sign = along.y < 0 ? -1 : 1
    return { centre, along: { x: sign * along.y, y: -sign * along.x }, width: height, height: width }
  }
  return along.x < 0 ? { centre, along: { x: -along.x, y: -along.y }, width, height } : { centre, along, width, height }
}

/** The corners, from the one at the start of both sides on. */
export function cornersOf ({ centre, along, width, height }: TurnedRectangle): Quad {
  const corner = (u: number, v: number): Point => ({
    x: centre.x + u * along.x - v * along.y,
    y: centre.y + u * along.y + v * along.x
  })
  return [corner(-width / 2, -height / 2), corner(width / 2, -height / 2), corner(width / 2, height / 2), corner(-width / 2, height / 2)]
}

/** The mean of a map's cells whose centres lie in a convex quadrilateral; 0 where none does. Cell (0, 0) has its centre at (0, 0). */
export function meanInside (map: Float32Array, width: number, height: number, quad: Quad): number {
  const ys = quad.map(({ y }) => y)
  const top = Math.max(0, Math.ceil(Math.min(...ys)))
  const bottom = Math.min(height - 1, Math.floor(Math.max(...ys)))
  let sum = 0
  let count = 0
  for (let y = top; y <= bottom; y++) {
    let left = Infinity
    let right = -Infinity
    for (let index = 0; index < 4; index++) {
      const from = quad[index]!
      const to = quad[(index + 1) % 4]!
      if ((from.y > y && to.y > y) || (from.y < y && to.y < y)) continue
      if (from.y === to.y) {
        left = Math.min(left, from.x, to.x)
        right = Math.max(right, from.x, to.x)
        continue
      }
      const x = from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y)
      left = Math.min(left, x)
      right = Math.max(right, x)
    }
    const end = Math.min(width - 1, Math.floor(right))
    for (let x = Math.max(0, Math.ceil(left)); x <= end; x++) {
      sum += map[y * width + x]!
      count++
    }
  }
  return count === 0 ? 0 : sum / count
}
