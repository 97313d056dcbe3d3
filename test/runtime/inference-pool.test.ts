import t from 'tap'
import { writeFileSync } from 'node:fs'
import { type InferencePool, createInferencePool } from '../../src/runtime/inference-pool.js'
import { summariseRows } from '../../src/runtime/row-summary.js'
import { openModelStore } from '../../src/runtime/model-store.js'
import { builtModels } from '../fixtures/built-models.js'

const folder = builtModels()

function makePool (t: { teardown: (end: () => Promise<void>) => void }, overrides = {}): InferencePool {
  const pool = createInferencePool({ threads: 2, idleTimeoutMs: 60_000, runTimeoutMs: 100_000, ...overrides })
  t.teardown(() => pool.close())
  return pool
}

const feeds = (side: number) => ({ image: { data: new Float32Array(3 * side * side).fill(120), dims: [1, 3, side, side] } })

t.test('a net runs in a thread, its inputs are given away, and only the outputs asked for come back', async t => {
  const pool = makePool(t)
  t.equal(pool.threads(), 0, 'no thread before the first run')
  const { net } = (await openModelStore(folder)).find('mobilenetv3-centernet', ['keypoints', 'wh'])
  const input = feeds(64)
  const outputs = await pool.run(net, input, ['keypoints', 'wh'])
  t.same(Object.keys(outputs), ['keypoints', 'wh'])
  t.same(outputs.keypoints?.dims, [1, 80, 16, 16])
  t.equal(outputs.wh?.data.length, 4 * 16 * 16)
  t.ok([...outputs.keypoints?.data ?? []].every(value => Number(value) >= 0 && Number(value) <= 1))
  t.equal(input.image.data.length, 0)
  t.same((await pool.run(net, feeds(64), ['keypoints'])).keypoints?.data, outputs.keypoints?.data, 'the same input gives the same output')
  t.ok(pool.loaded.has(net.path))
})

t.test('the summary of an output comes back where that is asked for', async t => {
  const pool = makePool(t)
  const { net, facts } = (await openModelStore(folder)).find('emotion', ['probabilities'])
  const face = () => Object.fromEntries(facts.inputs.map(({ name }) => [name, { data: new Float32Array(64 * 64).fill(100), dims: [1, 1, 64, 64] }]))
  const whole = await pool.run(net, face(), ['probabilities'])
  const summary = await pool.run(net, face(), [{ name: 'probabilities', columns: [0, 6] }])
  t.ok(whole.probabilities)
  t.same(summary.probabilities, whole.probabilities && summariseRows(whole.probabilities, [0, 6]))
  await t.rejects(pool.run(net, face(), [{ name: 'probabilities', columns: [7] }]), /emotion failed/)
})

t.test('the event loop goes on while a net runs', async t => {
  const pool = makePool(t)
  const { net } = (await openModelStore(folder)).find('mobilenetv3-centernet', ['keypoints', 'wh'])
  await pool.warm([net])
  t.equal(pool.threads(), 2)
  let turns = 0
  const timer = setInterval(() => turns++, 2)
  await Promise.all([pool.run(net, feeds(512), ['wh']), pool.run(net, feeds(512), ['wh'])])
  clearInterval(timer)
  t.ok(turns > 3, `${turns} turns`)
})

t.test('a file that is missing or no net is a missing model, and others keep working', async t => {
  const pool = makePool(t)
  writeFileSync(`${t.testdir()}/damaged.onnx`, 'not a net')
  for (const path of [`${t.testdirName}/absent.onnx`, `${t.testdirName}/damaged.onnx`]) {
    await t.rejects(pool.run({ id: 'broken', path }, feeds(32), ['x']), { kind: 'model_missing', message: /^the model broken cannot be loaded/ })
  }
  const { net } = (await openModelStore(folder)).find('mobilenetv3-centernet', ['wh'])
  await t.rejects(pool.run(net, feeds(64), ['no such output']), /the model mobilenetv3-centernet failed/)
  await t.rejects(pool.run(net, { image: { data: new Float32Array(3), dims: [1, 3, 1, 2] } }, ['wh']), { message: /mobilenetv3-centernet failed|size/ })
  t.ok((await pool.run(net, feeds(64), ['wh'])).wh)
})

t.test('what is loaded is what its row says: another digest, input or output is a missing model', async t => {
  const pool = makePool(t, { threads: 1 })
  const { net } = (await openModelStore(folder)).find('emotion', ['probabilities'])
  const refused = async (change: object, reason: RegExp): Promise<void> => {
    await t.rejects(pool.run({ ...net, ...change }, {}, ['probabilities']), { kind: 'model_missing', message: /^the model emotion cannot be loaded/, cause: reason })
  }
  await refused({ digest: { ...net.digest, sha256: '0'.repeat(64) } }, /^the file is damaged: its sha256 is/)
  await refused({ inputs: [{ name: 'picture', shape: [1, 1, 64, 64] }] }, /^the net is another than its row says: it has no input picture, but image$/)
  await refused({ inputs: [{ name: 'image', shape: [1, 3, 64, 64] }] }, /its input image has the shape .*, expected 1 x 3 x 64 x 64$/)
  await refused({ outputs: ['boxes'] }, /it has no output boxes, but probabilities$/)
  const { probabilities } = await pool.run(net, { image: { data: new Float32Array(64 * 64), dims: [1, 1, 64, 64] } }, ['probabilities'])
  t.equal(probabilities?.data.length, 7, 'the same thread loads the right one')
})
