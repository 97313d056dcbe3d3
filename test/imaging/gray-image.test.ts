import t from 'tap'
import { halve, mirror, toGray } from '../../src/imaging/gray-image.js'

t.test('grey is the luma, alpha is left out', async t => {
  const image = (data: number[], channels: 3 | 4) => ({ data: Uint8Array.from(data), width: 2, height: 1, channels, original: { width: 2, height: 1 } })
  t.same([...toGray(image([255, 255, 255, 0, 0, 0], 3)).data], [255, 0])
  t.same([...toGray(image([255, 0, 0, 9, 0, 255, 0, 9], 4)).data], [76, 150])
})

t.test('a mirrored picture runs from right to left', async t => {
  t.same([...mirror({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2 }).data], [3, 2, 1, 6, 5, 4])
})

t.test('half the size is the mean of four', async t => {
  const half = halve({ data: Float32Array.of(1, 2, 9, 3, 4, 9), width: 3, height: 2 })
  t.match(half, { width: 1, height: 1 })
  t.same([...half.data], [2.5])
  t.same([...halve({ data: Float32Array.of(2, 4), width: 1, height: 2 }).data], [3], 'a side of one pixel stays')
})
