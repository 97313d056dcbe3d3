import t from 'tap'
import { emptyFeatures } from '../../src/matching/features.js'
import { findNearest } from '../../src/matching/nearest.js'
import { seeded } from '../fixtures/scenes.js'

for (const [norm, bytes] of [['hamming', 64], ['euclidean', 256]] as const) {
  t.test(`the two nearest in both directions, ${norm}`, async t => {
    const random = seeded(bytes)
    const make = (count: number) => {
      const features = emptyFeatures(norm === 'hamming' ? 'akaze' : 'sift', count, bytes, norm)
      if (norm === 'hamming') features.descriptors.forEach((_, i) => { features.descriptors[i] = 256 * random() })
      else new Int16Array(features.descriptors.buffer).forEach((_, i, numbers) => { numbers[i] = 200 * random() })
      return features
    }
    const [a, b] = [make(70), make(45)]
    const distance = (i: number, j: number): number => {
      if (norm === 'euclidean') {
        const [p, q] = [new Int16Array(a.descriptors.buffer, i * bytes, bytes / 2), new Int16Array(b.descriptors.buffer, j * bytes, bytes / 2)]
        return p.reduce((sum, value, k) => sum + (value - (q[k] ?? 0)) ** 2, 0)
      }
      let bits = 0
      for (let k = 0; k < bytes; k++) bits += ((a.descriptors[i * bytes + k] ?? 0) ^ (b.descriptors[j * bytes + k] ?? 0)).toString(2).replaceAll('0', '').length
      return bits
    }
    const { ofA, ofB } = findNearest(a, b)
    for (let i = 0; i < a.count; i++) {
      const sorted = Array.from({ length: b.count }, (_, j) => distance(i, j)).sort((x, y) => x - y)
      t.ok(ofA.distance[i] === sorted[0] && ofA.second[i] === sorted[1] && distance(i, ofA.index[i] ?? -1) === sorted[0], `point ${i}`)
    }
    for (let j = 0; j < b.count; j++) {
      const sorted = Array.from({ length: a.count }, (_, i) => distance(i, j)).sort((x, y) => x - y)
      t.ok(ofB.distance[j] === sorted[0] && ofB.second[j] === sorted[1] && distance(ofB.index[j] ?? -1, j) === sorted[0], `the other's point ${j}`)
    }
    const { ofA: alone } = findNearest(a, make(0))
    t.ok(alone.index.every(index => index === -1), 'nothing is near where there is nothing')
  })
}
