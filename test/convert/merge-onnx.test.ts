// A merged net gives of a picture what its parts give one after the other.
import t from 'tap'
import { readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { mergeOnnx, type SeeingNet } from '../../src/convert/merge-onnx.js'
import type { ImageInput } from '../../src/runtime/model-facts.js'
import { BUILT_MODELS_FOLDER, findModel, readManifest } from '../../src/runtime/model-manifest.js'
import { builtModels } from '../fixtures/built-models.js'
import { ROOT } from '../places.js'

builtModels()

const SIDE = 256
const manifest = readManifest(`${ROOT}models/manifest.json`)
const bytesOf = (file: string): Buffer => readFileSync(BUILT_MODELS_FOLDER + file)
const picture = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => 127 + 120 * Math.sin(i * 0.0137) * Math.cos(i * 0.00011))

function pictureInputOf (id: string): ImageInput {
  const input = findModel(manifest, id)?.inputs[0]
  if (input?.kind !== 'image') throw new Error(`${id} takes no picture`)
  return input
}

async function run (bytes: Uint8Array, feeds: Readonly<Record<string, { readonly data: Float32Array, readonly dims: readonly number[] }>>): Promise<Record<string, { readonly data: Float32Array, readonly dims: readonly number[] }>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 })
  const results = await session.run(Object.fromEntries(Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)])))
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]))
}

t.test('the label heads see with both nets what each sees alone, the picture scaled as each wants it', async t => {
  const trunk = await run(bytesOf('mobilenetv3-centernet.onnx'), { image: { data: picture, dims: [1, 3, SIDE, SIDE] } })
  const { divisor, mean, std } = pictureInputOf('mobilenetv3-small')
  const scaled = picture.map((value, i) => { const channel = Math.floor(i / (SIDE * SIDE)); return (value / divisor - mean[channel]!) / std[channel]! })
  const backbone = await run(bytesOf('mobilenetv3-small.onnx'), { image: { data: scaled, dims: [1, 3, SIDE, SIDE] } })
  const { keypoints } = trunk
  const cells = keypoints!.data.length / 80
  const maxima = Float32Array.from({ length: 80 }, (_, channel) => keypoints!.data.subarray(channel * cells, (channel + 1) * cells).reduce((most, value) => Math.max(most, value)))
  const known = Float32Array.from(['stride32_last', 'stride32_expanded', 'stride16_expanded'].flatMap(name => [...backbone[name]!.data]))
  const apart = await run(readFileSync(`${ROOT}models/label-heads/head.onnx`), { maxima: { data: maxima, dims: [1, 80] }, backbone: { data: known, dims: [1, known.length] } })

  const merged = await run(bytesOf('label-heads.onnx'), { image: { data: picture, dims: [1, 3, SIDE, SIDE] } })
  for (const name of ['labels', 'styles']) {
    t.same(merged[name]?.dims, apart[name]?.dims)
    t.ok(merged[name]!.data.every((value, i) => Math.abs(value - apart[name]!.data[i]!) < 1e-3), name)
  }
  t.ok(merged['labels']!.data.some(value => value > 0.01), 'something is seen')
})

t.test('what does not fit together is said', async t => {
  const head = readFileSync(`${ROOT}models/label-heads/head.onnx`)
  const input = pictureInputOf('label-heads')
  const ends = { name: 'merged', input, outputs: ['labels'] }
  const seeing = (id: string, outputs: readonly string[], changes: Partial<SeeingNet> = {}): SeeingNet => ({ id, bytes: bytesOf(`${id}.onnx`), input: pictureInputOf(id), outputs, areMaps: false, ...changes })
  const backbone = seeing('mobilenetv3-small', ['stride32_last', 'stride32_expanded', 'stride16_expanded'])
  const maxima = seeing('mobilenetv3-centernet', ['keypoints'], { areMaps: true })
  t.throws(() => mergeOnnx(head, { backbone }, ends), { message: /input maxima is connected to nothing/ })
  t.throws(() => mergeOnnx(head, { backbone, maxima: { ...maxima, outputs: ['keypoint'] } }, ends), { message: /no value mobilenetv3-centernet\/keypoint$/ })
  t.throws(() => mergeOnnx(head, { backbone, maxima: { ...maxima, input: { ...maxima.input, channels: 'BGR' } } }, ends), { message: /in another order/ })
  t.throws(() => mergeOnnx(head, { backbone, maxima: { ...maxima, bytes: Buffer.from('no net') } }, ends), { message: /no ONNX model/ })
  t.throws(() => mergeOnnx(head, { backbone, maxima }, { ...ends, input: { ...input, size: { multipleOf: 32, usualSides: {} } } }), { message: /no size of its own/ })
  t.throws(() => mergeOnnx(bytesOf('pp-ocrv4-rec.onnx'), { x: backbone }, ends), { message: /operator set/ })
})
