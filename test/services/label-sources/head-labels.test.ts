import t from 'tap'
import { createLabelGraph } from '../../../src/labels/label-graph.js'
import { createHeadLabels } from '../../../src/services/label-sources/head-labels.js'
import { readLabelEntities } from '../../../src/runtime/label-table.js'

const graph = createLabelGraph(readLabelEntities())
const DOG = { mid: '/m/0bt9lr', name: 'Dog' }
const image = { data: new Uint8Array(300).fill(9), width: 10, height: 10, channels: 3 as const, original: { width: 10, height: 10 } }

async function labelsOf (labels: readonly number[], styles: Record<string, number>): Promise<Record<string, number>> {
  const heads = { read: async () => ({ labels: Float32Array.from(labels), styles: new Map(Object.entries(styles)) }) }
  const { scores } = await createHeadLabels(async run => await run({ heads, labels: [DOG] }), graph).find(image, [])
  return Object.fromEntries([...scores].map(([mid, score]) => [graph.name(mid), score]))
}

t.test('labels come with what they are kinds of', async t => {
  const found = await labelsOf([0.75], { photo: 1 })
  t.equal(found.Dog, 0.75)
  t.equal(found.Animal, 0.75)
})

t.test('a style is a label where it is sure, with what it is a kind of; a photograph is none', async t => {
  t.match(await labelsOf([0], { sketch: 0.95 }), { Sketch: 0.95, Drawing: 0.95 })
  t.match(await labelsOf([0], { cartoon: 0.92 }), { Cartoon: 0.92, Illustration: 0.92 })
  t.same(Object.keys(await labelsOf([0], { art_painting: 0.7, photo: 0.3 })).filter(name => ['Painting', 'Photograph'].includes(name)), [])
})
