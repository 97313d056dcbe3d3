import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { classifierTensor, createClassifier } from '../../src/engines/classifier.js'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import { createInferencePool } from '../../src/runtime/inference-pool.js'
import type { ImageInput } from '../../src/runtime/model-facts.js'
import { findModel, readManifest } from '../../src/runtime/model-manifest.js'
import { ROOT, SHARED } from '../places.js'

interface Recorded { readonly shape: readonly number[], readonly mean: number, readonly first: readonly number[], readonly sum?: number, readonly top?: ReadonlyArray<readonly [number, number]> }

// By Python's onnxruntime: fixtures/golden/record-classifiers.py.
const recorded = JSON.parse(readFileSync(new URL('../fixtures/golden/classifiers.json', import.meta.url), 'utf8')) as Readonly<Record<string, Recorded>>
const mirror = pathToFileURL(`${SHARED}models/`)
const FILES: Readonly<Record<string, string>> = { 'mobilenetv2-12-qdq': 'mobilenetv2-12-qdq.onnx', 'squeezenet-1-1-fp16': 'squeezenet_fp16.onnx' }
const manifest = readManifest(`${ROOT}models/manifest.json`)
const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

function factsOf (id: string): { input: ImageInput, output: NonNullable<ReturnType<typeof findModel>>['outputs'][number] } {
  const facts = findModel(manifest, id)
  const input = facts?.inputs.find(input => input.kind === 'image')
  const output = facts?.outputs[0]
  if (input === undefined || output === undefined) throw new Error(`no row of ${id}`)
  return { input, output }
}

async function picture (): Promise<DecodedImage> {
  const { data, info: { width, height } } = await sharp(monal).resize(384, 256, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true })
  return { data, width, height, channels: 3, original: { width, height } }
}

for (const [id, golden] of Object.entries(recorded)) {
  t.test(`the input of ${id} is that of the reference`, async t => {
    const { data, dims } = classifierTensor(await picture(), factsOf(id).input)
    t.same(dims, golden.shape)
    if (!(data instanceof Float32Array)) throw new Error('no float32')
    t.ok(Math.abs(data.reduce((sum, value) => sum + value, 0) / data.length - golden.mean) < 1e-3 * Math.max(1, Math.abs(golden.mean)))
    golden.first.forEach((value, index) => t.ok(Math.abs((data[index] ?? NaN) - value) < 2e-3 * Math.max(1, Math.abs(value)), `value ${index}`))
  })

  const { top, sum } = golden
  const file = FILES[id]
  if (top === undefined || sum === undefined || file === undefined) continue
  const path = new URL(file, mirror)
  t.test(`the probabilities of ${id} are those of the reference`, { skip: existsSync(path) ? false : 'the weights (../shared/models) are not here' }, async t => {
    const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 30_000 })
    t.teardown(() => pool.close())
    const classifier = createClassifier(pool, { net: { id, path: fileURLToPath(path) }, ...factsOf(id) })
    const probabilities = await classifier.classify(await picture())
    t.equal(probabilities.length, 1000)
    t.ok(Math.abs(probabilities.reduce((total, value) => total + value, 0) - sum) < 1e-3)
    for (const [index, probability] of top) t.ok(Math.abs((probabilities[index] ?? NaN) - probability) < 1e-3, `class ${index}: ${probabilities[index]}, ${probability}`)
    t.equal(probabilities.indexOf(Math.max(...probabilities)), top[0]?.[0])

    const odd = (width: number, height: number, value: number): DecodedImage => ({ data: new Uint8Array(width * height * 3).fill(value), width, height, channels: 3, original: { width, height } })
    for (const image of [odd(1, 1, 0), odd(1, 5000, 255), odd(5000, 1, 128)]) {
      const answer = await classifier.classify(image)
      t.ok(answer.every(value => value >= 0 && value <= 1), `${image.width} x ${image.height}`)
    }
  })
}

t.test('a net that gives no probabilities of classes is refused', async t => {
  const pool = { run: async () => ({}) }
  const { input, output } = factsOf('mobilenetv2-12-qdq')
  t.throws(() => createClassifier(pool, { net: { id: 'm', path: '' }, input, output: { ...output, activation: 'sigmoid' } }), /gives no probabilities/)
  await t.rejects(createClassifier(pool, { net: { id: 'm', path: '' }, input, output }).classify(await picture()), /missing/)
})

t.test('logits of any size become probabilities', async t => {
  const logits = new Float32Array(1000).fill(-1e4)
  logits[3] = 1e4
  const pool = { run: async () => ({ output: { data: logits, dims: [1, 1000] } }) }
  const probabilities = await createClassifier(pool, { net: { id: 'm', path: '' }, ...factsOf('mobilenetv2-12-qdq') }).classify(await picture())
  t.equal(probabilities[3], 1)
  t.equal(probabilities[4], 0)
})
