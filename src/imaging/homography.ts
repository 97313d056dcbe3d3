// Plane projective maps: nine coefficients, row-major, as (x, y) -> ((ax+by+c)/(gx+hy+i), (dx+ey+f)/(gx+hy+i)).

/** Nine numbers, row-major. */
export type Homography = Float64Array

/** A point, (x, y). */
export type Point = readonly [x: number, y: number]

/** The map that moves nothing. */
export function identity (): Homography {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)
}

/** Where a point goes; not finite where it goes to infinity. */
export function project (h: Homography, x: number, y: number): Point {
  const w = h[6]! * x + h[7]! * y + h[8]!
  return [(h[0]! * x + h[1]! * y + h[2]!) / w, (h[3]! * x + h[4]! * y + h[5]!) / w]
}

/** First `second`, then `first`, as matrices multiply. */
export function compose (first: Homography, second: Homography): Homography {
  const product = new Float64Array(9)
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      product[3 * row + column] = first[3 * row]! * second[column]! + first[3 * row + 1]! * second[3 + column]! + first[3 * row + 2]! * second[6 + column]!
    }
  }
  return product
}

/** The way back, up to scale; undefined where there is none. */
export function invert (h: Homography): Homography | undefined {
  const [a, b, c, d, e, f, g, i, j] = h as unknown as readonly [number, number, number, number, number, number, number, number, number]
  const inverse = Float64Array.of(
    e * j - f * i, c * i - b * j, b * f - c * e,
    f * g - d * j, a * j - c * g, c * d - a * f,
    d * i - e * g, b * g - a * i, a * e - b * d
  )
  const determinant = a * inverse[0]! + b * inverse[3]! + c * inverse[6]!
  if (!Number.isFinite(determinant) || Math.abs(determinant) < 1e-12) return undefined
  return inverse.map(value => value / determinant)
}

/** The same map with the last coefficient 1; undefined where that is not possible in finite numbers. */
export function normalized (h: Homography): Homography | undefined {
  const scaled = h.map(value => value / h[8]!)
  return scaled.every(Number.isFinite) ? scaled : undefined
}

/** (x, y) -> (sx x + tx, sy y + ty). */
export function scaling (sx: number, sy: number, tx = 0, ty = 0): Homography {
  return Float64Array.of(sx, 0, tx, 0, sy, ty, 0, 0, 1)
}

/** From pixels (centre of the first pixel at 0) to shares of the picture's sides (its corner at 0). */
export function toShares (width: number, height: number): Homography {
  return scaling(1 / width, 1 / height, 0.5 / width, 0.5 / height)
}

/** From shares of the sides to pixels. */
export function toPixels (width: number, height: number): Homography {
  return scaling(width, height, -0.5, -0.5)
}

/** The change of area at a point: the determinant of the derivative; negative where it mirrors. */
export function areaScale (h: Homography, x: number, y: number): number {
  const w = h[6]! * x + h[7]! * y + h[8]!
  const determinant = h[0]! * (h[4]! * h[8]! - h[5]! * h[7]!) - h[1]! * (h[3]! * h[8]! - h[5]! * h[6]!) + h[2]! * (h[3]! * h[7]! - h[4]! * h[6]!)
  return determinant / (w * w * w)
}

/** The corners of a picture in pixels, clockwise from the top left. */
export function cornersOf ({ width, height }: { readonly width: number, readonly height: number }): readonly Point[] {
  return [[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]
}
