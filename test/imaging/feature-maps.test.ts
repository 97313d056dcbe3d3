import t from 'tap'
import { channelMaxima } from '../../src/imaging/feature-maps.js'

t.test('the largest cell of each channel', async t => {
  t.same([...channelMaxima({ data: Float32Array.of(1, 3, 2, 3, -5, -4, -6, -5), dims: [1, 2, 2, 2] })], [3, -4])
})
