import t from 'tap'
import { blurPlane, gaussianTaps } from '../../src/imaging/blur-plane.js'
import { labFromSrgb } from '../../src/imaging/color-difference.js'
import { extremes3, extremes5 } from '../../src/imaging/extremes.js'
import { labPlanes, writeLab } from '../../src/imaging/lab-planes.js'
import { createScratch } from '../../src/imaging/scratch.js'
import { halveMask, halvePlane, shrinkPlane, shrinkRgb, sizeWithin } from '../../src/imaging/shrink.js'

const scratch = createScratch(1e6)
const plane = (width: number, ...values: number[]) => ({ data: Float32Array.from(values), width, height: values.length / width })

t.test('the table of CIELAB is as exact as the formula, to a hundredth', async t => {
  const lab = new Float64Array(3)
  let worst = 0
  for (let color = 0; color < 0xffffff; color += 39_119) {
    const [red, green, blue] = [color >> 16, (color >> 8) & 255, color & 255] as const
    writeLab(red, green, blue, lab, 0)
    const { lightness, a, b } = labFromSrgb(red, green, blue)
    worst = Math.max(worst, Math.abs(lab[0]! - lightness), Math.abs(lab[1]! - a) / 2, Math.abs(lab[2]! - b) / 2)
  }
  t.ok(worst < 0.01, String(worst))
})

t.test('chroma is the mean over the up to four pixels it covers', async t => {
  const red = [255, 0, 0]
  const grey = [128, 128, 128]
  const { lightness, a } = labPlanes({ data: Uint8Array.from([...red, ...grey, ...red, ...grey, ...grey, ...grey]), width: 3, height: 2 }, scratch)
  t.same([lightness.width, lightness.height, a.width, a.height], [3, 2, 2, 1])
  const full = labFromSrgb(255, 0, 0).a
  t.ok(Math.abs(a.data[0]! - full / 4) < 0.05)
  t.ok(Math.abs(a.data[1]! - full / 2) < 0.05, 'at the border of the two that exist')
  const read = labPlanes({ data: new Uint8Array(3), width: 1, height: 1 }, scratch, (pixel, x, y, out) => out.fill(300))
  t.ok(Math.abs(read.lightness.data[0]! - 100) < 0.01, 'levels beyond are clipped')
})

t.test('a blur keeps flat planes and the sum of a point, and repeats the border', async t => {
  t.ok(blurPlane(plane(4, ...Array<number>(12).fill(7)), 1.5, scratch).data.every(value => Math.abs(value - 7) < 1e-5))
  const point = plane(9, ...Array.from({ length: 81 }, (_, i) => i === 40 ? 1 : 0))
  for (const sigma of [0.7, 1.3]) {
    const { data } = blurPlane(point, sigma, scratch)
    t.ok(Math.abs(data.reduce((sum, value) => sum + value, 0) - 1) < 1e-5)
    t.ok(Math.abs(data[40]! - gaussianTaps(sigma)[0]! ** 2) < 1e-6)
    t.equal(data[39], data[41])
  }
})

t.test('extremes are those of the neighbourhood that exists', async t => {
  const { least, most } = extremes3(plane(3, 5, 1, 2, 9, 4, 3, 8, 7, 6), scratch)
  t.same([...least], [1, 1, 1, 1, 1, 1, 4, 3, 3])
  t.same([...most], [9, 9, 4, 9, 9, 7, 9, 9, 7])
  const point = plane(7, ...Array.from({ length: 49 }, (_, i) => i === 24 ? 1 : 0))
  t.equal(extremes5(point, scratch).most.reduce((sum, value) => sum + value, 0), 21, 'five by five without the corners')
})

t.test('shrinking is the mean over areas, fractions included', async t => {
  t.same([...shrinkPlane(plane(3, 0, 3, 6), 2, 1).data].map(value => Math.round(value * 1000) / 1000), [1, 5])
  t.same([...halvePlane(plane(3, 0, 4, 8, 2, 6, 10)).data], [3, 9])
  t.same([...halvePlane(plane(2, 1, 3, 5, 7, 2, 4)).data], [4, 3], 'an odd side is rounded up')
  t.same([...halveMask(Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 1), 3, 3)], [0, 1, 1, 1])
  t.same([...shrinkRgb({ data: Uint8Array.of(0, 10, 20, 100, 30, 40), width: 2, height: 1 }, 1, 1).data], [50, 20, 30])
  t.same(sizeWithin(4000, 3000, 1024), { width: 1024, height: 768 })
  t.same(sizeWithin(300, 1, 1024), { width: 300, height: 1 })
  t.same(sizeWithin(5000, 1, 1000), { width: 1000, height: 1 })
})

t.test('scratch hands the same memory out again after a reset, and keeps no more than allowed', async t => {
  const small = createScratch(10_000)
  const first = small.floats(1000)
  t.not(small.floats(1000).buffer, first.buffer)
  small.give(first)
  t.equal(small.floats(1000).buffer, first.buffer)
  small.reset()
  const kept = new Set([small.floats(1000).buffer, small.floats(1000).buffer])
  t.equal(kept.size, 2)
  small.floats(100_000)
  small.reset()
  t.equal(small.bytes(3).length, 3)
})
