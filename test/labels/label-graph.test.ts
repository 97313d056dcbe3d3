import t from 'tap'
import { createLabelGraph } from '../../src/labels/label-graph.js'

const entities = {
  '/m/animal': { name: 'Animal', parents: [] },
  '/m/mammal': { name: 'Mammal', parents: ['/m/animal'] },
  '/m/pet': { name: 'Pet', parents: ['/m/animal'] },
  '/m/dog': { name: 'Dog', parents: ['/m/mammal', '/m/pet'] }
}

t.test('ancestors come nearest first and once, however many ways lead to them', async t => {
  const graph = createLabelGraph(entities)
  t.same(graph.ancestors('/m/dog'), ['/m/mammal', '/m/pet', '/m/animal'])
  t.same(graph.ancestors('/m/animal'), [])
  t.equal(graph.name('/m/dog'), 'Dog')
  t.same(['/m/animal', '/m/pet', '/m/dog'].map(mid => graph.depth(mid)), [0, 1, 2])
  t.same(graph.mids.length, 4)
  t.ok(graph.has('/m/pet'))
  t.notOk(graph.has('/m/cat'))
})

t.test('a graph that cannot be one is refused', async t => {
  t.throws(() => createLabelGraph({ '/m/a': { name: 'A', parents: ['/m/b'] } }), /has no \/m\/b/)
  t.throws(() => createLabelGraph({ '/m/a': { name: 'A', parents: ['/m/b'] }, '/m/b': { name: 'B', parents: ['/m/a'] } }), /circle: \/m\/a -> \/m\/b -> \/m\/a/)
  const graph = createLabelGraph(entities)
  for (const ask of [graph.name, graph.ancestors, graph.depth]) t.throws(() => ask('/m/cat'), /has no \/m\/cat/)
})
