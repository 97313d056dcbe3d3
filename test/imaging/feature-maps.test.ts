import t from 'tap'
import { channelDeviations, channelMaxima, channelMeans } from '../../src/imaging/feature-maps.js'

t.test('mean, deviation and largest cell of each channel', async t => {
  const map = { data: Float32Array.of(1, 3, 1, 3, 5, 5, 5, 5), dims: [1, 2, 2, 2] }
  t.same([...channelMeans(map)], [2, 5])
  t.same([...channelDeviations(map)], [1, 0])
  t.same([...channelMaxima(map)], [3, 5])
})
