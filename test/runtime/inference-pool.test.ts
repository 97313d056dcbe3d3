import t from 'tap'
import { writeFileSync } from 'node:fs'
import { type InferencePool, createInferencePool } from '../../src/runtime/inference-pool.js'
import { openModelStore } from '../../src/runtime/model-store.js'
import { builtModels } from '../fixtures/built-models.js'

const folder = builtModels()

function makePool (t: { teardown: (end: () => Promise<void>) => void }, overrides = {}): InferencePool {
  const pool = createInferencePool({ threads: 2, idleTimeoutMs: 60_000, runTimeoutMs: 30_000, ...overrides })
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

t.test('a run that takes too long is killed, and the pool recovers', async t => {
  const pool = makePool(t, { threads: 1, runTimeoutMs: 1 })
  const { net } = (await openModelStore(folder)).find('mobilenetv3-centernet', ['wh'])
  await t.rejects(pool.run(net, feeds(512), ['wh']), { kind: 'deadline_passed', message: 'a model ran for longer than 0.001 s, which is the limit' })
  t.ok((await makePool(t).run(net, feeds(64), ['wh'])).wh)
})
