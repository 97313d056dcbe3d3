// The outer border of a region, point by point.

/**
 * The outer border of the first 8-connected region in a mask (in reading order): every pixel of it in turn, x and y
 * interleaved. It begins at the region's first pixel and runs counter-clockwise as one sees it on a screen (down the
 * left side first); thin parts are passed twice. As OpenCV's findContours with RETR_EXTERNAL and CHAIN_APPROX_NONE.
 * Source: S. Suzuki, K. Abe, "Topological structural analysis of digitized binary images by border following", CVGIP 30
 * (1), 1985.
 */
export function traceContour (mask: Uint8Array, width: number, height: number): Int32Array {
  const first = mask.findIndex(marked => marked !== 0)
  if (first < 0) return new Int32Array(0)
  const startX = first % width
  const startY = (first - startX) / width
  const marked = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] !== 0
  /** The first marked neighbour from direction `from` on, turning by `turn`; -1 where there is none. */
  const look = (x: number, y: number, from: number, turn: 1 | -1): number => {
    for (let tries = 0, direction = from; tries < 8; tries++) {
      direction = (direction + turn + 8) % 8
      if (marked(x + STEP_X[direction]!, y + STEP_Y[direction]!)) return direction
    }
    return -1
  }
  // Clockwise from the left neighbour, which is free because the start is the first in reading order.
  const last = look(startX, startY, LEFT, -1)
  if (last < 0) return Int32Array.of(startX, startY)
  const lastX = startX + STEP_X[last]!
  const lastY = startY + STEP_Y[last]!
  const points: number[] = []
  let x = startX
  let y = startY
  let back = last
  while (true) {
    points.push(x, y)
    const direction = look(x, y, back, 1)
    const nextX = x + STEP_X[direction]!
    const nextY = y + STEP_Y[direction]!
    if (nextX === startX && nextY === startY && x === lastX && y === lastY) return Int32Array.from(points)
    x = nextX
    y = nextY
    back = (direction + 4) % 8
  }
}

// Directions counter-clockwise on the screen from the right: east, north-east, north and so on.
const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1] as const
const STEP_Y = [0, -1, -1, -1, 0, 1, 1, 1] as const
const LEFT = 4
