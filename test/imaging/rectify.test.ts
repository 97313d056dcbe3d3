import t from 'tap'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import { turnQuad, type Quad } from '../../src/imaging/quad.js'
import { rectify } from '../../src/imaging/rectify.js'

// Red rises to the right, green downwards.
function ramp (width: number, height: number): DecodedImage {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([10 * x, 10 * y, 7], (y * width + x) * 3)
  }
  return { data, width, height, channels: 3, original: { width, height } }
}

const whole = (width: number, height: number): Quad => [{ x: 0, y: 0 }, { x: width, y: 0 }, { x: width, y: height }, { x: 0, y: height }]
const pixel = ({ data, width }: DecodedImage, x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]

t.test('the whole picture at its own size is itself', async t => {
  const image = ramp(6, 4)
  t.same(rectify(image, whole(6, 4), 6, 4).data, image.data)
})

t.test('a quarter turn is read along its own direction', async t => {
  const turned = rectify(ramp(6, 4), turnQuad(whole(6, 4), 1), 4, 6)
  t.same(pixel(turned, 0, 0), [50, 0, 7], 'begins at the top right')
  t.same(pixel(turned, 3, 0), [50, 30, 7], 'and runs downwards')
  t.same(pixel(turned, 0, 5), [0, 0, 7])
})

t.test('shrinking averages, enlarging mixes, and the edge goes on outside', async t => {
  t.same(pixel(rectify(ramp(6, 4), whole(6, 4), 3, 2), 1, 1), [25, 25, 7])
  t.same(pixel(rectify(ramp(6, 4), whole(6, 4), 12, 8), 5, 3), [23, 13, 7])
  t.same(pixel(rectify(ramp(6, 4), [{ x: -9, y: -9 }, { x: -5, y: -9 }, { x: -5, y: -5 }, { x: -9, y: -5 }], 2, 2), 0, 0), [0, 0, 7])
})
