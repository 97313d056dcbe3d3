import t from 'tap'
import sharp from 'sharp'
import { Failure } from '../../src/errors.js'
import { createImageDecoder } from '../../src/intake/decode-image.js'
import { type InferencePool, createInferencePool } from '../../src/runtime/inference-pool.js'
import { createModelChoice } from '../../src/runtime/model-choice.js'
import { type ModelStore, openModelStore } from '../../src/runtime/model-store.js'
import { STAND_IN, createDrawHeatMap, openEstimator, servingEstimator, trunkNets } from '../../src/services/heat-map.js'
import { builtModels } from '../fixtures/built-models.js'

const work = { signal: new AbortController().signal, stage: async <T>(_: string, run: () => T | Promise<T>) => await run() }
const spot = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#eeeeee' } })
  .composite([{ input: { create: { width: 30, height: 30, channels: 3, background: '#cc2211' } }, left: 60, top: 120 }]).png().toBuffer()

const missing = (): never => { throw new Failure('model_missing', 'the model is not there') }

t.test('without a net the classic method draws, and that is told once', async t => {
  const decoder = createImageDecoder({ maxPixels: 1e6, timeoutMs: 60_000 })
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 1000, runTimeoutMs: 60_000 })
  t.teardown(() => Promise.all([decoder.close(), pool.close()]))
  const models = await openModelStore(builtModels())
  const open = (pool: InferencePool, store: ModelStore) => createModelChoice({ store, task: 'saliency', open: model => openEstimator(pool, store, model) })
  const cases = {
    'the readout is not there': open(pool, { ...models, forTask: () => [] }),
    'the trunk is not there': open(pool, { ...models, find: missing }),
    'a net cannot be loaded': open({ ...pool, run: async () => missing() }, models)
  }
  for (const [name, choice] of Object.entries(cases)) {
    const told: Failure[] = []
    const draw = createDrawHeatMap({ decoder, models: choice, quality: 'default', reportStandIn: cause => told.push(cause) })
    for (let request = 0; request < 2; request++) {
      const { heatmap } = await draw(spot, { style: 'gray' }, work)
      const { data, info } = await sharp(Buffer.from(heatmap, 'base64')).greyscale().raw().toBuffer({ resolveWithObject: true })
      t.match(info, { width: 300, height: 200, channels: 1 }, name)
      const brightest = data.indexOf(Math.max(...data))
      const [x, y] = [brightest % 300, Math.floor(brightest / 300)]
      t.ok(x > 55 && x < 95 && y > 115 && y < 155, `${name}: the brightest place is ${x}, ${y}`)
    }
    t.equal(told.length, 1, name)
    t.equal(told[0]?.kind, 'model_missing')
    if (name !== 'the trunk is not there') t.equal(servingEstimator(models, choice), STAND_IN, 'and the list of models says so')
  }
})

t.test('the list of models names the readout where its trunk is there, and both are loaded ahead', async t => {
  const models = await openModelStore(builtModels())
  const choice = { serving: () => 'gaze-readout' }
  t.equal(servingEstimator(models, choice), 'gaze-readout')
  t.equal(servingEstimator({ ...models, models: models.models.filter(({ facts }) => facts.id !== 'mobilenetv3-centernet') }, choice), STAND_IN)
  t.same(trunkNets(models).map(({ id }) => id), ['mobilenetv3-centernet'])
})

t.test('what is wrong with the picture or the net is not hidden by the classic method', async t => {
  const decoder = createImageDecoder({ maxPixels: 1e6, timeoutMs: 60_000 })
  t.teardown(() => decoder.close())
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 1000, runTimeoutMs: 60_000 })
  t.teardown(() => pool.close())
  const store = await openModelStore(builtModels())
  const drawWith = (pool: InferencePool) => createDrawHeatMap({
    decoder,
    models: createModelChoice({ store, task: 'saliency', open: model => openEstimator(pool, store, model) }),
    quality: 'default',
    reportStandIn: () => t.fail('nothing stands in')
  })
  await t.rejects(drawWith(pool)(Buffer.from('no picture'), {}, work), { kind: 'unsupported_media', message: /not/ })
  await t.rejects(drawWith({ ...pool, run: async () => { throw new Error('out of memory') } })(spot, {}, work), { message: 'out of memory' })
})
