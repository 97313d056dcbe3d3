import t from 'tap'
import { createLabelGraph } from '../../../src/labels/label-graph.js'
import { readLabelEntities } from '../../../src/runtime/label-table.js'
import { createToneLabels } from '../../../src/services/label-sources/tone-labels.js'

const graph = createLabelGraph(readLabelEntities())
const size = { width: 10, height: 10, channels: 3 as const, original: { width: 10, height: 10 } }

async function labelsOf (pixel: (index: number) => readonly number[]): Promise<string[]> {
  const data = Uint8Array.from(Array.from({ length: 100 }, (_, index) => pixel(index)).flat())
  const { scores } = await createToneLabels(graph).find({ ...size, data }, [])
  return [...scores.keys()].map(mid => graph.name(mid))
}

t.test('a picture of greys is black-and-white, and monochrome as all such are', async t => {
  t.same(await labelsOf(index => [index * 2, index * 2, index * 2]), ['Black-and-white', 'Monochrome'])
})

t.test('a picture with colours is neither, nor is a blank page', async t => {
  t.same(await labelsOf(index => [index * 2, index, 90]), [])
  t.same(await labelsOf(() => [9, 9, 9]), [])
})
