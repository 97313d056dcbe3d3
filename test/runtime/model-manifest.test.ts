import t from 'tap'
import { readFileSync, writeFileSync } from 'node:fs'
import { MODEL_TASKS } from '../../src/runtime/model-tasks.js'
import { fileWithOutputs, findModel, type Model, rankModels, readManifest } from '../../src/runtime/model-manifest.js'
import { ROOT } from '../places.js'

const manifest = readManifest(`${ROOT}models/manifest.json`)
const rows = (JSON.parse(readFileSync(`${ROOT}models/manifest.json`, 'utf8')) as { models: Array<Record<string, unknown>> }).models

function row (id: string): Record<string, unknown> {
  return structuredClone(rows.find(row => row.id === id)) ?? {}
}

t.test('the project\'s own manifest holds', async t => {
  t.same(manifest.models.filter(model => model.set === 'embedded').map(model => model.id), [
    'mobilenetv3-centernet', 'gaze-readout', 'blazeface', 'emotion', 'label-heads', 'mobilenetv3-small', 'pp-ocrv4-det', 'pp-ocrv4-rec', 'latin-line-reader', 'tesseract-eng',
    'tesseract-fra'
  ])
  t.ok(manifest.models.some(model => model.set === 'standard'))
  t.ok(manifest.models.some(model => model.set === 'large'))
})

t.test('its packages are pinned exactly, and installed for the build only', async t => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Record<string, Record<string, string>>
  for (const model of manifest.models) {
    if (!('package' in model)) continue
    t.equal(devDependencies?.[model.package.name], model.package.version)
    t.notOk(dependencies?.[model.package.name])
  }
})

t.test('every pulled file has two addresses and a digest', async t => {
  for (const model of manifest.models) {
    if (model.kind !== 'pulled') continue
    for (const file of model.files) {
      t.ok(file.urls.length >= 2, `${model.id} can be had from more than one place`)
      t.equal(new Set(file.urls.map(url => new URL(url).host)).size, file.urls.length, 'each on a host of its own')
      t.ok(file.sha256 ?? file.gitBlob)
    }
  }
})

t.test('where several models are ranked for a task each has a rank of its own', async t => {
  for (const task of MODEL_TASKS) {
    const ranks = manifest.models.flatMap(model => model.preference?.[task]?.rank ?? [])
    t.equal(new Set(ranks).size, ranks.length, task)
  }
  t.equal(rankModels(manifest.models.map(facts => ({ facts })), 'object-detection').at(-1)?.facts.id, 'deimv2-atto')
})

t.test('a licence that is not stated is called so', async t => {
  t.ok(findModel(manifest, 'mobilenetv3-centernet')?.licences.some(licence => licence.name === 'none stated'))
})

t.test('an unknown model has no row', async t => {
  t.equal(findModel(manifest, 'no-such-model'), undefined)
})

t.test('outputs are had from the file that computes the least besides', async t => {
  const trunk = findModel(manifest, 'mobilenetv3-centernet') as Model
  t.equal(fileWithOutputs(trunk, ['stride8', 'stride32'])?.name, 'features')
  t.equal(fileWithOutputs(trunk, ['keypoints', 'wh'])?.name, 'whole')
  t.equal(fileWithOutputs(trunk, ['keypoints', 'stride32_last'])?.name, 'whole', 'detections and features in one run')
  t.equal(fileWithOutputs(trunk, ['keypoints', 'no-such-output']), undefined)
})

t.test('contradictions are told all at once', async t => {
  const path = `${t.testdir()}/manifest.json`
  const refused = (message: RegExp | string, ...models: unknown[]): void => {
    writeFileSync(path, JSON.stringify({ version: 1, models }))
    t.throws(() => readManifest(path), { message })
  }
  const emotion = row('emotion')
  refused(/the id emotion stands twice; the file emotion\.onnx stands twice/, emotion, emotion)
  const yolox = row('yolox-nano')
  const [file] = yolox.files as Array<Record<string, unknown>>
  refused(/yolox-nano: yolox-nano\.onnx has no digest/, { ...yolox, files: [{ ...file, sha256: undefined, gitBlob: undefined }] })
  refused(/has the output other, which is not described/, { ...yolox, files: [{ ...file, outputs: ['other'] }] })
  refused(/the output output stands twice/, { ...yolox, outputs: [...yolox.outputs as unknown[], ...yolox.outputs as unknown[]] })
  const [picture] = yolox.inputs as Array<Record<string, unknown>>
  refused(/needs 3 of mean and of std.*needs a pad/, { ...yolox, inputs: [{ ...picture, mean: [0], pad: undefined }] })
  refused(/needs a shortSide/, { ...yolox, inputs: [{ ...picture, fit: 'centre-crop' }] })
  refused(/the output probabilities has no node of the graph/, { ...emotion, source: { ...emotion.source as object, outputNodes: {} } })
  refused(/a converted model has one picture as its input/, { ...emotion, inputs: [] })
  const heads = row('label-heads')
  refused(/it sees with mobilenetv3-small, which is no model of the embedded set/, heads, row('mobilenetv3-centernet'))
  refused(/mobilenetv3-centernet, with which it sees, has no file with the outputs other/, row('mobilenetv3-small'), row('mobilenetv3-centernet'), {
    ...heads, source: { ...heads.source as object, sees: { maxima: { model: 'mobilenetv3-centernet', outputs: ['other'] } } }
  })
})

t.test('another shape is refused with the place', async t => {
  const path = `${t.testdir()}/manifest.json`
  const refused = (message: RegExp, text: string): void => {
    writeFileSync(path, text)
    t.throws(() => readManifest(path), { message })
  }
  refused(/manifest\.json is not JSON/, '{')
  refused(/manifest\.json has another shape than expected: .*version/, '{"version":2,"models":[]}')
  refused(/another shape.*\/models\/0/, JSON.stringify({ version: 1, models: [{ ...row('emotion'), set: 'large' }] }))
  for (const bad of ['../emotion.onnx', '/emotion.onnx', 'a/../../b.onnx', '.hidden']) {
    refused(/another shape/, JSON.stringify({ version: 1, models: [{ ...row('emotion'), files: [{ ...(row('emotion').files as object[])[0], file: bad }] }] }))
  }
  refused(/another shape.*\/models\/0\/padd/, JSON.stringify({ version: 1, models: [{ ...row('emotion'), padd: 1 }] }))
  refused(/another shape.*: \/models\/1\/files\/0\/urls\/0 must match pattern[^;]*$/, JSON.stringify({ version: 1, models: [row('emotion'), { ...row('yolox-nano'), files: [{ ...(row('yolox-nano').files as object[])[0], urls: ['http://example.org/a'] }] }] }))
})
