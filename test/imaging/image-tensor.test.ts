import t from 'tap'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import { imageTensor } from '../../src/imaging/image-tensor.js'

// 2 x 1: a red-ish and a blue-ish pixel.
const rgb: DecodedImage = { data: Uint8Array.of(255, 51, 0, 0, 102, 204), width: 2, height: 1, channels: 3, original: { width: 2, height: 1 } }
const rgba: DecodedImage = { ...rgb, data: Uint8Array.of(255, 51, 0, 9, 0, 102, 204, 9), channels: 4 }
const plain = { channels: 'RGB', divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const

t.test('channels become planes', async t => {
  t.same([...imageTensor(rgb, plain)], [255, 0, 51, 102, 0, 204])
  t.same([...imageTensor(rgba, plain)], [255, 0, 51, 102, 0, 204], 'alpha is left out')
  t.same([...imageTensor(rgb, { ...plain, channels: 'BGR' })], [0, 204, 51, 102, 255, 0])
})

t.test('each channel has its own scale', async t => {
  const tensor = imageTensor(rgb, { channels: 'RGB', divisor: 255, mean: [0.5, 0, 0], std: [0.5, 2, 1] })
  t.same([...tensor], [1, -1, 0.1, 0.2, 0, 0.8].map(Math.fround))
})

t.test('a picture stands on its canvas, and the rest is padding', async t => {
  const tensor = imageTensor(rgb, { ...plain, divisor: 51 }, { width: 3, height: 2, left: 1, top: 1, pad: 102 })
  t.same([...tensor.subarray(0, 6)], [2, 2, 2, 2, 5, 0])
})

t.test('grey is the weighted sum', async t => {
  t.same([...imageTensor(rgb, { channels: 'grey', greyWeights: [1, 0, 0], divisor: 255, mean: [0], std: [1] })], [1, 0])
  t.equal(imageTensor(rgb, { channels: 'grey', divisor: 1, mean: [0], std: [1] })[0], Math.fround(0.299 * 255 + 0.587 * 51))
})
