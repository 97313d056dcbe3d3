import t from 'tap'
import { addCluster, clusterPoints, refineClusters, type Clustering } from '../../src/imaging/color-clusters.js'
import { type WeightedPoints } from '../../src/imaging/weighted-points.js'
import { seededRandom } from './pictures.js'

type Point = readonly [x: number, y: number, z: number, weight: number]

function points (list: readonly Point[]): WeightedPoints {
  return {
    size: list.length,
    coordinates: Float64Array.from(list.flatMap(([x, y, z]) => [x, y, z])),
    weights: Float64Array.from(list, ([, , , weight]) => weight)
  }
}

function centers ({ centers: flat, count }: Clustering): number[][] {
  return Array.from({ length: count }, (_, i) => [...flat.subarray(i * 3, i * 3 + 3)].map(value => Math.round(value * 10) / 10 + 0))
}

function cloud (x: number, y: number, z: number, size: number, seed: number): Point[] {
  const random = seededRandom(seed)
  return Array.from({ length: size }, () => [x + random() * 4 - 2, y + random() * 4 - 2, z + random() * 4 - 2, 1])
}

t.test('fewer points than clusters are each their own', async t => {
  const found = clusterPoints(points([[0, 0, 0, 5], [10, 0, 0, 1], [0, 20, 0, 3]]), 8, 5)
  t.equal(found.count, 3)
  t.same(centers(found).sort(), [[0, 0, 0], [0, 20, 0], [10, 0, 0]])
})

t.test('no points, no clusters', async t => {
  t.equal(clusterPoints(points([]), 8, 5).count, 0)
})

t.test('equal points make one cluster', async t => {
  t.same(centers(clusterPoints(points([[3, 3, 3, 1], [3, 3, 3, 2]]), 8, 5)), [[3, 3, 3]])
})

t.test('clouds are told apart, however unequal, many points or few', async t => {
  for (const size of [20, 500]) {
    const all = [...cloud(0, 0, 0, size, 1), ...cloud(50, 0, 0, size / 2, 2), ...cloud(0, 50, 0, size / 10, 3)]
    const { count, labels } = clusterPoints(points(all), 3, 5)
    t.equal(count, 3)
    const labelsOf = (from: number, to: number): number => new Set(labels.subarray(from, to)).size
    t.equal(labelsOf(0, size), 1)
    t.equal(labelsOf(size, size * 1.5), 1)
    t.equal(labelsOf(size * 1.5, size * 1.6), 1)
    t.equal(new Set([labels[0], labels[size], labels[size * 1.5]]).size, 3)
  }
})

t.test('a heavy point holds its centre against light ones around it', async t => {
  const found = clusterPoints(points([[0, 0, 0, 1000], [3, 0, 0, 1], [0, 3, 0, 1]]), 1, 5)
  t.same(centers(found), [[0, 0, 0]])
})

t.test('equal input gives equal output', async t => {
  const random = seededRandom(9)
  const all = points(Array.from({ length: 600 }, () => [random() * 70, random() * 60 - 30, random() * 60 - 30, random() + 0.1]))
  t.same(clusterPoints(all, 8, 5), clusterPoints(all, 8, 5))
})

t.test('refining moves given centres to the middle of their points', async t => {
  const found = refineClusters(points([[0, 0, 0, 1], [2, 0, 0, 1], [20, 0, 0, 1], [22, 0, 0, 1]]), Float64Array.of(3, 0, 0, 18, 0, 0))
  t.same(centers(found).flat().map(Math.round), [1, 0, 0, 21, 0, 0])
  t.same([...found.labels], [0, 0, 1, 1])
})

t.test('a further cluster goes where it helps most, if that is far enough', async t => {
  const all = points([[0, 0, 0, 9], [6, 0, 0, 5], [0, 30, 0, 1]])
  const more = addCluster(all, Float64Array.of(0, 0, 0), 8)
  t.same(more && centers(more)[1], [0, 30, 0])
  t.equal(addCluster(all, Float64Array.of(0, 0, 0), 31), undefined)
})
