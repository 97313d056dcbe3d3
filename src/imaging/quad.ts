// Quadrilaterals as text is framed by them: four corners in reading order, in a plane with x to the right and y down.

export interface Point {
  readonly x: number
  readonly y: number
}

/** Top left, top right, bottom right, bottom left as a reader of the text sees them, wherever that is in the picture. */
export type Quad = readonly [topLeft: Point, topRight: Point, bottomRight: Point, bottomLeft: Point]

/** Applies a function to each corner. */
export function mapQuad (quad: Quad, map: (point: Point) => Point): Quad {
  return [map(quad[0]), map(quad[1]), map(quad[2]), map(quad[3])]
}

/** Length of the top side, along the text. */
export function quadWidth ([topLeft, topRight]: Quad): number {
  return Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y)
}

/** Length of the left side, across the text. */
export function quadHeight ([topLeft, , , bottomLeft]: Quad): number {
  return Math.hypot(bottomLeft.x - topLeft.x, bottomLeft.y - topLeft.y)
}

/** Area by the shoelace formula; not negative. */
export function quadArea (quad: Quad): number {
  let twice = 0
  for (const [index, { x, y }] of quad.entries()) {
    const next = quad[(index + 1) % 4]!
    twice += x * next.y - next.x * y
  }
  return Math.abs(twice) / 2
}

export function quadCentre (quad: Quad): Point {
  return {
    x: (quad[0].x + quad[1].x + quad[2].x + quad[3].x) / 4,
    y: (quad[0].y + quad[1].y + quad[2].y + quad[3].y) / 4
  }
}

/** The same frame read the other way round, by so many quarter turns clockwise of the reader's paper. */
export function turnQuad (quad: Quad, quarters: number): Quad {
  const corner = (index: number): Point => quad[(((index + quarters) % 4) + 4) % 4]!
  return [corner(0), corner(1), corner(2), corner(3)]
}

/**
 * A part of the frame by shares of its width: `from` 0 is its left side, `to` 1 its right. Shares beyond reach out of it.
 */
export function sliceQuad ([topLeft, topRight, bottomRight, bottomLeft]: Quad, from: number, to: number): Quad {
  return [between(topLeft, topRight, from), between(topLeft, topRight, to), between(bottomLeft, bottomRight, to), between(bottomLeft, bottomRight, from)]
}

/** The point at a share of the way from one to another. */
export function between (from: Point, to: Point, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

/** The axis-aligned frame of points. Not to be asked for none. */
export function boundsOf (points: Iterable<Point>): { readonly left: number, readonly top: number, readonly right: number, readonly bottom: number } {
  let left = Infinity
  let top = Infinity
  let right = -Infinity
  let bottom = -Infinity
  for (const { x, y } of points) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  return { left, top, right, bottom }
}
