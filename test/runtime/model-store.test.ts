import t from 'tap'
import { appendFileSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { openModelStore } from '../../src/runtime/model-store.js'
import { builtModels } from '../fixtures/built-models.js'
import { type SmallModel, smallModels } from './small-models.js'

const DETECTORS: readonly SmallModel[] = [
  { id: 'embedded', set: 'embedded', rank: 20, content: 'embedded' },
  { id: 'small', set: 'extra', rank: 10, content: 'small' },
  { id: 'better', set: 'standard', rank: 30, content: 'better' },
  { id: 'best', set: 'large', rank: 40, content: 'best', blobOnly: true },
  { id: 'classifier', set: 'standard', tasks: ['classification'], content: 'classifier' }
]

const idsFor = (store: Awaited<ReturnType<typeof openModelStore>>, task: 'object-detection' | 'classification' = 'object-detection'): string[] =>
  store.forTask(task).map(({ facts }) => facts.id)

t.test('what is there is found by its id and outputs, in the smallest file that has them', async t => {
  const store = await openModelStore(builtModels())
  t.same(store.missing, [])
  t.match(store.find('mobilenetv3-centernet', ['keypoints']).net, { id: 'mobilenetv3-centernet', path: /mobilenetv3-centernet\.onnx$/ })
  t.match(store.find('mobilenetv3-centernet', ['stride8']).net, { path: /mobilenetv3-centernet-features\.onnx$/ })
  t.match(store.find('blazeface', ['scores_stride16']).net, {
    digest: { bytes: 570561, sha256: /^628ef7/ }, inputs: [{ name: 'image', shape: [1, 3, 256, 256] }], outputs: ['scores_stride16', 'scores_stride32', 'boxes_stride16', 'boxes_stride32']
  }, 'with what it has to be when it is loaded')
  t.throws(() => store.find('no-such-model', ['x']), { kind: 'model_missing', message: /^the model no-such-model is not there/ })
  t.throws(() => store.find('emotion', ['x']), { kind: 'model_missing', message: 'the model emotion has no file with the outputs x' })
  t.throws(() => store.find('deimv2-femto', []), { kind: 'model_missing', message: /is not there; `compute-api models pull/ })
})

t.test('for a task the models that are here stand in the order of their ranks', async t => {
  const { built, pulled, put } = smallModels(t, DETECTORS)
  t.same(idsFor(await openModelStore(built)), ['embedded'])
  t.same(idsFor(await openModelStore(built, { pulledFolder: pulled })), ['embedded'])
  put('small')
  t.same(idsFor(await openModelStore(built, { pulledFolder: pulled })), ['embedded', 'small'], 'what was pulled need not be better')
  put('better')
  put('best')
  const store = await openModelStore(built, { pulledFolder: pulled })
  t.same(idsFor(store), ['best', 'better', 'embedded', 'small'])
  t.same(idsFor(store, 'classification'), [])
  t.equal(store.lackFor('classification'), 'no model for classification is there; `compute-api models pull --set standard` gets it')
  t.match(store.find('best', ['boxes']).net, { path: `${pulled}/best.onnx` })
})

t.test('the settings admit all, or a set with those below it', async t => {
  const { built, pulled, put } = smallModels(t, DETECTORS)
  for (const { id, set } of DETECTORS) if (set !== 'embedded') put(id)
  const admitted = async (admit: 'auto' | 'embedded' | 'standard' | 'large') => idsFor(await openModelStore(built, { pulledFolder: pulled, admit }))
  t.same(await admitted('auto'), ['best', 'better', 'embedded', 'small'])
  t.same(await admitted('embedded'), ['embedded'])
  t.same(await admitted('standard'), ['better', 'embedded'])
  t.same(await admitted('large'), ['best', 'better', 'embedded'])
  const store = await openModelStore(built, { pulledFolder: pulled, admit: 'embedded' })
  t.throws(() => store.find('best', ['boxes']), { kind: 'model_missing', message: /is not there/ }, 'what is not admitted is not found either')
})

t.test('what was pulled into the built folder serves too, and a good copy stands in for a damaged one', async t => {
  const { built, pulled, put } = smallModels(t, DETECTORS)
  writeFileSync(`${built}/better.onnx`, 'better')
  t.same(idsFor(await openModelStore(built, { pulledFolder: pulled })), ['better', 'embedded'])
  put('better', 'bettor')
  const store = await openModelStore(built, { pulledFolder: pulled })
  t.match(store.find('better', ['boxes']).net, { path: `${built}/better.onnx` })
  t.match(store.models.find(({ facts }) => facts.id === 'better'), { state: 'installed', faults: [/^better\.onnx is damaged: its sha256 is/] })
})

t.test('a damaged or truncated file is told, and the next best stands in its place', async t => {
  const { built, pulled, put } = smallModels(t, DETECTORS)
  put('better', 'bett')
  put('best', 'beet')
  const store = await openModelStore(built, { pulledFolder: pulled })
  t.same(idsFor(store), ['embedded'])
  t.match(store.missing, [
    { id: 'better', fault: 'better.onnx is damaged: it has 4 bytes, expected 6' },
    { id: 'best', fault: /^best\.onnx is damaged: its git blob id is [0-9a-f]{40}, expected [0-9a-f]{40}$/ }
  ])
  t.match(store.models.map(({ facts, state }) => [facts.id, state]), [['embedded', 'installed'], ['small', 'absent'], ['better', 'damaged'], ['best', 'damaged'], ['classifier', 'absent']])
})

t.test('a damaged or missing file of the embedded set is told, and only its model is missing', async t => {
  const folder = t.testdir()
  cpSync(builtModels(), folder, { recursive: true })
  appendFileSync(`${folder}/blazeface.onnx`, 'x')
  rmSync(`${folder}/emotion.onnx`)
  const store = await openModelStore(folder)
  t.match([...store.missing].sort((a, b) => a.id.localeCompare(b.id)), [
    { id: 'blazeface', fault: /^blazeface\.onnx is damaged: / },
    { id: 'emotion', fault: 'emotion.onnx cannot be read: ENOENT' }
  ])
  t.throws(() => store.find('emotion', []), { kind: 'model_missing', message: 'the model emotion is not there; `npm run build` makes it from the installed packages' })
  t.ok(store.find('mobilenetv3-centernet', ['wh']))
})

t.test('a folder that was never built leaves all models missing', async t => {
  const store = await openModelStore(t.testdir())
  t.throws(() => store.find('mobilenetv3-centernet', ['wh']), { kind: 'model_missing', message: /is not there/ })
  t.same(store.forTask('object-detection'), [])
  t.equal(store.lackFor('object-detection'), 'no model for object-detection is there; `npm run build` makes it from the installed packages')
})
