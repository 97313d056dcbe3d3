import t from 'tap'
import { weighEvidence } from '../../src/labels/label-evidence.js'
import { createLabelGraph } from '../../src/labels/label-graph.js'

const graph = createLabelGraph({
  '/m/animal': { name: 'Animal', parents: [] },
  '/m/dog': { name: 'Dog', parents: ['/m/animal'] },
  '/m/cat': { name: 'Cat', parents: ['/m/animal'] },
  '/m/car': { name: 'Car', parents: [] }
})
const near = (value: number | undefined, expected: number): boolean => Math.abs((value ?? NaN) - expected) < 1e-9

t.test('faint signs of several kinds are a sign of what they have in common', async t => {
  const scores = weighEvidence(new Map([['/m/dog', 0.5], ['/m/cat', 0.5]]), new Map([['/m/animal', { slope: 1, offset: 0 }]]), graph)
  t.ok(near(scores.get('/m/animal'), 0.75))
  t.equal(scores.get('/m/dog'), 0.5, 'a label without a curve keeps what its surest class has')
  t.notOk(scores.has('/m/car'))
})

t.test('a curve turns evidence into a probability', async t => {
  const scores = weighEvidence(new Map([['/m/dog', 0.5]]), new Map([['/m/dog', { slope: 2, offset: Math.log(3) }], ['/m/animal', { slope: 2, offset: -Math.log(3) }]]), graph)
  t.ok(near(scores.get('/m/dog'), 0.75))
  t.ok(near(scores.get('/m/animal'), 0.25))
})

t.test('certainty and impossibility stay within 0..1', async t => {
  const curves = new Map([['/m/dog', { slope: 5, offset: 1 }], ['/m/car', { slope: 5, offset: 1 }]])
  const scores = weighEvidence(new Map([['/m/dog', 1], ['/m/car', 0]]), curves, graph)
  for (const score of scores.values()) t.ok(score >= 0 && score <= 1)
})
