import t from 'tap'
import { createExpressionReader } from '../../src/engines/expression-reader.js'
import { createInferencePool } from '../../src/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../../src/runtime/model-manifest.js'
import { openModelStore } from '../../src/runtime/model-store.js'
import type { Tensors } from '../../src/runtime/tensor.js'
import { builtModels } from '../fixtures/built-models.js'

builtModels()
const SIDE = 120
// Grey with a bright square in the middle: 40 pixels a side.
const image = {
  data: Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3)
    const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)]
    return x >= 40 && x < 80 && y >= 40 && y < 80 ? 255 : 0
  }),
  width: SIDE,
  height: SIDE,
  channels: 3 as const,
  original: { width: SIDE, height: SIDE }
}
const middle = { x: 40, y: 40, width: 40, height: 40 }

async function row () {
  const { net, facts } = (await openModelStore(BUILT_MODELS_FOLDER)).find('emotion', ['probabilities'])
  const [input] = facts.inputs
  const [output] = facts.outputs
  if (input?.kind !== 'image' || output === undefined || facts.labels === undefined || !('names' in facts.labels)) throw new Error('the row is not what it was')
  return { net, input, output, names: facts.labels.names }
}

t.test('the net sees the square around the face, enlarged as its row says', async t => {
  const model = await row()
  const seen: Tensors[] = []
  const pool = { run: async (_: unknown, feeds: Tensors) => { seen.push(feeds); return { [model.output.name]: { data: Float32Array.from(model.names, () => 0), dims: [1, model.names.length] } } } }
  await createExpressionReader(pool, model).read(image, middle)
  const { data, dims } = seen[0]?.[model.input.name] ?? { data: new Float32Array(), dims: [] }
  const [, channels, height = 0, width = 0] = dims
  t.equal(channels, 1)
  const values = [...data].map(Number)
  const bright = values.filter(value => value > (Math.max(...values) + Math.min(...values)) / 2).length / (width * height)
  t.ok(Math.abs(bright - 1 / (model.input.boxScale ?? 1) ** 2) < 0.05, `the face fills ${bright} of it`)
})

t.test('the net gives a probability for each expression, and they add up to 1', async t => {
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 120_000 })
  t.teardown(async () => { await pool.close() })
  const model = await row()
  const found = await createExpressionReader(pool, model).read(image, middle)
  t.same([...found.keys()], model.names)
  t.ok(found.has('happy'))
  t.ok(Math.abs([...found.values()].reduce((sum, value) => sum + value, 0) - 1) < 1e-4)
})
