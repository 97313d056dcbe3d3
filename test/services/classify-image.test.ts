import t from 'tap'
import { Failure } from '../../src/errors.js'
import { createLabelGraph } from '../../src/labels/label-graph.js'
import { type LabelSource, classifiedSize, createClassifyImage } from '../../src/services/classify-image.js'

const graph = createLabelGraph({ '/m/animal': { name: 'Animal', parents: [] }, '/m/dog': { name: 'Dog', parents: ['/m/animal'] }, '/m/face': { name: 'Human face', parents: [] } })
const image = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 as const, original: { width: 1, height: 1 } }
const decoder = { decode: async () => image, resize: async () => image, close: async () => {} }
const work = { signal: new AbortController().signal, stage: async <T>(_: string, run: () => T | Promise<T>) => await run() }
const missing = (): never => { throw new Failure('model_missing', 'it is not there') }

function source (name: string, scores: Record<string, number>, overrides: Partial<LabelSource> = {}): LabelSource {
  return { name, general: true, find: async () => ({ scores: new Map(Object.entries(scores)) }), ...overrides }
}

function classify (sources: readonly LabelSource[], reported: string[] = []) {
  return createClassifyImage({ decoder, graph, sources, reportMissing: name => { reported.push(name) } })
}

t.test('all sources are asked and their labels fused', async t => {
  const { labelAnnotations } = await classify([source('a', { '/m/dog': 0.5 }), source('b', { '/m/animal': 0.75 })])(Buffer.of(), {}, work)
  t.same(labelAnnotations, [
    { score: 0.75, topicality: 0.75, mid: '/m/animal', description: 'Animal' },
    { score: 0.5, topicality: 0.5, mid: '/m/dog', description: 'Dog' }
  ])
})

t.test('a source that is missing is left out, and told of once', async t => {
  const reported: string[] = []
  const ask = classify([source('a', { '/m/dog': 0.5 }), source('gone', {}, { find: missing })], reported)
  for (let times = 0; times < 3; times++) t.equal((await ask(Buffer.of(), { maxResults: 1 }, work)).labelAnnotations.length, 1)
  t.same(reported, ['gone'])
})

t.test('no source left is a failure, and one for a few labels alone does not make up for it', async t => {
  const faces = source('faces', { '/m/face': 0.9 }, { general: false })
  await t.rejects(classify([source('gone', {}, { find: missing }), faces])(Buffer.of(), {}, work), { message: 'it is not there' })
  await t.rejects(classify([faces])(Buffer.of(), {}, work), { message: /no model that gives labels/ })
  t.same(await classify([source('a', {}), source('faces', {}, { general: false, find: missing })])(Buffer.of(), {}, work), { labelAnnotations: [] })
})

t.test('what is no missing model is not hidden', async t => {
  await t.rejects(classify([source('a', {}), source('broken', {}, { find: async () => { throw new Error('broken') } })])(Buffer.of(), {}, work), { message: 'broken' })
})

t.test('a client that has gone stops the sources that are left', async t => {
  const abort = new AbortController()
  const sources = [source('a', {}, { find: async () => { abort.abort(new Error('gone')); return { scores: new Map() } } }), source('b', {}, { find: async () => { t.fail('asked'); return { scores: new Map() } } })]
  await t.rejects(classify(sources)(Buffer.of(), {}, { ...work, signal: abort.signal }), { message: 'gone' })
})

t.test('pictures are decoded as large as the nets take their shorter side, and no panorama larger than it has to be', async t => {
  t.same(classifiedSize({ width: 1920, height: 1080 }), { width: 456, height: 256, fit: 'inside' })
  t.same(classifiedSize({ width: 300, height: 4000 }), { width: 77, height: 1024, fit: 'inside' })
})
