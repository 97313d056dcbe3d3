import t from 'tap'
import { appendFileSync, cpSync, rmSync } from 'node:fs'
import { openModelStore } from '../../src/runtime/model-store.js'
import { builtModels } from '../fixtures/built-models.js'

t.test('what is there is found by its id and outputs, in the smallest file that has them', async t => {
  const store = await openModelStore(builtModels())
  t.same(store.missing, [])
  t.match(store.find('mobilenetv3-centernet', ['keypoints']).net, { id: 'mobilenetv3-centernet', path: /mobilenetv3-centernet\.onnx$/ })
  t.match(store.find('mobilenetv3-centernet', ['stride8']).net, { path: /mobilenetv3-centernet-features\.onnx$/ })
  t.throws(() => store.find('no-such-model', ['x']), { kind: 'model_missing', message: /^the model no-such-model is not there/ })
})

t.test('a damaged or missing file is told, and only its model is missing', async t => {
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
})
