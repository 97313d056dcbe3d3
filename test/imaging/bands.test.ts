import t from 'tap'
import { convolve, extremesOf } from '../../src/imaging/bands.js'
import { gaussianTaps } from '../../src/imaging/blur-plane.js'
import type { Plane } from '../../src/imaging/lab-planes.js'
import { seededRandom } from './pictures.js'

// Narrower than four numbers, wider than a kernel reaches and not, several bands high, one row, one column.
const SIZES = [[1, 1], [1, 9], [9, 1], [3, 5], [17, 33], [100, 75], [1030, 140], [5, 20_000]] as const

const random = seededRandom(4)
const planes = SIZES.map(([width, height]): Plane => ({ data: Float32Array.from({ length: width * height }, () => random() * 200 - 100), width, height }))
const clamped = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at))

/** The value at (x, y) of plain code: a row of sums down the columns, then along it. */
function convolvedAt ({ data, width, height }: Plane, taps: Float64Array, x: number, y: number): number {
  let sum = 0
  for (let j = 1 - taps.length; j < taps.length; j++) {
    for (let i = 1 - taps.length; i < taps.length; i++) {
      sum += taps[Math.abs(i)]! * taps[Math.abs(j)]! * data[clamped(y + j, height) * width + clamped(x + i, width)]!
    }
  }
  return sum
}

/** Places all over a plane, and all of its corners. */
function places ({ width, height }: Plane): Array<readonly [number, number]> {
  const corners = [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]] as const
  return [...corners, ...Array.from({ length: 200 }, () => [Math.floor(random() * width), Math.floor(random() * height)] as const)]
}

t.test('a kernel is laid over planes of any size, their border repeated', async t => {
  for (const plane of planes) {
    for (const sigma of [0.7, 2, 6]) {
      const taps = gaussianTaps(sigma)
      const out = new Float32Array(plane.data.length)
      convolve(plane, taps, out)
      const worst = Math.max(...places(plane).map(([x, y]) => Math.abs(out[y * plane.width + x]! - convolvedAt(plane, taps, x, y))))
      t.ok(worst < 1e-4, `${plane.width} x ${plane.height}, ${sigma}: ${worst}`)
    }
  }
})

t.test('the least of one plane and the greatest of another are those of 3 x 3 numbers', async t => {
  for (const plane of planes) {
    const { width, height } = plane
    const other: Plane = { data: plane.data.map(value => -3 * value), width, height }
    const least = new Float32Array(plane.data.length)
    const most = new Float32Array(plane.data.length)
    for (const highs of [plane, other]) {
      extremesOf(plane, highs, least, most)
      const right = places(plane).every(([x, y]) => {
        const around = ({ data }: Plane): number[] => [-1, 0, 1].flatMap(j => [-1, 0, 1].map(i => data[clamped(y + j, height) * width + clamped(x + i, width)]!))
        return least[y * width + x] === Math.min(...around(plane)) && most[y * width + x] === Math.max(...around(highs))
      })
      t.ok(right, `${width} x ${height}`)
    }
  }
})
