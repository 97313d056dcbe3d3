import t from 'tap'
import { createLabelGraph } from '../../../src/labels/label-graph.js'
import type { InferencePool } from '../../../src/runtime/inference-pool.js'
import { readLabelEntities } from '../../../src/runtime/label-table.js'
import { type Model, findModel, readManifest } from '../../../src/runtime/model-manifest.js'
import type { ModelStore } from '../../../src/runtime/model-store.js'
import { openDetector } from '../../../src/services/detect-objects.js'
import { openLabelSources } from '../../../src/services/label-sources/open-label-sources.js'
import { ROOT } from '../../places.js'

const manifest = readManifest(`${ROOT}models/manifest.json`)
const graph = createLabelGraph(readLabelEntities())
const SIDE = 256
const image = { data: new Uint8Array(SIDE * SIDE * 3).fill(9), width: SIDE, height: SIDE, channels: 3 as const, original: { width: SIDE, height: SIDE } }

function rowOf (id: string): Model {
  const row = findModel(manifest, id)
  if (row === undefined) throw new Error(`the manifest has no ${id}`)
  return row
}

/** A store of these rows, and a pool that tells what was run or loaded and answers with noughts. */
function parts (rows: readonly Model[]) {
  const asked: string[] = []
  const installed = rows.map(facts => ({ facts, netWith: (outputs: readonly string[]) => ({ id: facts.id, path: `${facts.id}: ${outputs.join()}` }) }))
  const models: Pick<ModelStore, 'models' | 'missing' | 'forTask' | 'find' | 'lackFor'> = {
    models: [],
    missing: [],
    forTask: task => installed.filter(({ facts }) => facts.tasks.includes(task)),
    find: (id, outputs) => ({ facts: rowOf(id), net: { id, path: `${id}: ${outputs.join()}` } }),
    lackFor: task => `no model for ${task}`
  }
  const pool: Pick<InferencePool, 'run'> = {
    async run ({ id }, _, outputs) {
      asked.push(id)
      return Object.fromEntries(outputs.map(name => [name, { data: new Float32Array(1000), dims: [1, 1000] }]))
    }
  }
  return { asked, pool: pool as InferencePool, models: models as ModelStore }
}

function open (rows: readonly Model[]) {
  const { asked, ...made } = parts(rows)
  return { asked, ...openLabelSources({ ...made, graph, reportFault: fault => t.fail(String(fault.fault)) }) }
}

// MobileNetV2's output is called as YOLOX's: names alone would make a detector of it.
const { detectionHead, labelCalibration, ...row } = rowOf('mobilenetv2-12-qdq')
const classifier = { ...row, tasks: ['object-detection', 'classification'] } as Model

t.test('what a model is stands in its row, whatever its outputs are called', async t => {
  t.same(classifier.outputs.map(({ name }) => name), rowOf('yolox-nano').outputs.map(({ name }) => name), 'they are called the same')
  const { sources, asked } = open([classifier])
  t.same(sources.map(({ name }) => name), ['label heads', 'picture as a whole', 'faces', 'tones'])
  const said = await sources.find(({ name }) => name === 'picture as a whole')?.find(image, [])
  t.same(asked, ['mobilenetv2-12-qdq'])
  t.ok(Math.abs((said?.scores.get('/m/0jbk') ?? 0) - 0.398) < 0.05, 'two fifths of its classes are animals')
  const { pool, models } = parts([classifier])
  const [model] = models.forTask('object-detection')
  if (model === undefined) throw new Error('it is for that too')
  t.throws(() => openDetector(pool, model), { kind: 'model_missing', message: /names no head|lacks/ })
})

t.test('a classifier that was not pulled is no source; what belongs to the embedded set is one all the same', async t => {
  t.same(open([]).sources.map(({ name }) => name), ['label heads', 'faces', 'tones'])
})

t.test('everything that serves labels can be loaded ahead', async t => {
  const { choices } = open(['label-heads', 'mobilenetv2-12-qdq', 'blazeface', 'emotion'].map(rowOf))
  const loaded: string[] = []
  for (const choice of choices.values()) await choice.warm(async nets => { loaded.push(...nets.map(({ id }) => id)) })
  t.same([...choices.keys()], ['classification', 'face-detection', 'expression'])
  t.same(loaded, ['label-heads', 'mobilenetv2-12-qdq', 'blazeface', 'emotion'])
  t.equal(choices.get('classification')?.serving(), 'mobilenetv2-12-qdq')
})
