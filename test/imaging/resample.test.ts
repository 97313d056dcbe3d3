import t from 'tap'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import { centreSquare, resample, toDecoded } from '../../src/imaging/resample.js'

function grey (rows: readonly (readonly number[])[]): DecodedImage {
  const width = rows[0]?.length ?? 0
  return { data: Uint8Array.from(rows.flat().flatMap(value => [value, value, value])), width, height: rows.length, channels: 3, original: { width: 640, height: 480 } }
}

function values ({ data, width, height, channels }: DecodedImage): number[][] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => data[(y * width + x) * channels] ?? NaN))
}

t.test('shrinking by two weighs 1 : 3 : 3 : 1, and less where the picture ends', async t => {
  t.same(values(resample(grey([[0, 0, 80, 80], [0, 0, 80, 80]]), { width: 2, height: 1 })), [[11, 69]])
})

t.test('enlarging interpolates between the middles of pixels', async t => {
  t.same(values(resample(grey([[0, 100]]), { width: 4, height: 1 })), [[0, 25, 75, 100]])
})

t.test('a region, in fractions too; beyond the edges the nearest pixel counts', async t => {
  const ramp = grey([[0, 10, 20, 30], [0, 10, 20, 30]])
  t.same(values(resample(ramp, { width: 2, height: 1 }, { x: 1, y: 0, width: 2, height: 1 })), [[10, 20]])
  t.same(values(resample(ramp, { width: 2, height: 1 }, { x: 0.5, y: 0, width: 2, height: 1 })), [[5, 15]])
  t.same(values(resample(ramp, { width: 6, height: 1 }, { x: -1, y: 0, width: 6, height: 1 })), [[0, 0, 10, 20, 30, 30]])
})

t.test('rows that keep their height are those of the region, of four channels too', async t => {
  const rows = [10, 20, 30].flatMap(value => [value, 0, 0, 255, value + 4, 0, 0, 255])
  const picture = { data: Uint8Array.from(rows), width: 2, height: 3, channels: 4 as const, original: { width: 2, height: 3 } }
  t.same([...resample(picture, { width: 1, height: 2 }, { x: 0, y: 1, width: 2, height: 2 }).data], [22, 0, 0, 255, 32, 0, 0, 255])
})

t.test('the size and the picture\'s own stay what they are; the same size is the same picture', async t => {
  const picture = grey([[1, 2], [3, 4]])
  t.equal(resample(picture, { width: 2, height: 2 }), picture)
  t.match(resample(picture, { width: 5, height: 1 }), { width: 5, height: 1, channels: 3, original: { width: 640, height: 480 } })
  const clear = { data: Uint8Array.of(1, 2, 3, 100, 1, 2, 3, 200), width: 2, height: 1, channels: 4 as const, original: { width: 2, height: 1 } }
  t.same([...resample(clear, { width: 1, height: 1 }).data], [1, 2, 3, 150])
})

t.test('pictures of one pixel and of one column have every size', async t => {
  t.same(values(resample(grey([[7]]), { width: 2, height: 2 })), [[7, 7], [7, 7]])
  t.same(values(resample(grey(Array.from({ length: 5000 }, () => [9])), { width: 2, height: 2 }, centreSquare({ width: 1, height: 5000 }, 0.875))), [[9, 9], [9, 9]])
})

t.test('the square in the middle', async t => {
  t.same(centreSquare({ width: 400, height: 256 }, 224 / 256), { x: 88, y: 16, width: 224, height: 224 })
})

t.test('a box of the original in a picture that was squashed', async t => {
  t.same(toDecoded({ x: 320, y: 240, width: 64, height: 80 }, grey([[0, 0], [0, 0], [0, 0]])), { x: 1, y: 1.5, width: 0.2, height: 0.5 })
})
