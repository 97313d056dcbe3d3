// The converted models against the original graphs: what these gave in their own runtime was recorded once (see
// fixtures/golden/record.mjs).
import t from 'tap'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { readFileSync } from 'node:fs'
import { findPackageFrom } from '../../src/convert/package-files.js'
import { openConvertedModel } from '../../src/convert/convert-model.js'
import { digestBytes } from '../../src/runtime/model-digest.js'
import { type ConvertedModel, readManifest } from '../../src/runtime/model-manifest.js'
import { goldenPicture, goldenPositions } from '../fixtures/golden/golden-input.mjs'
import { ROOT } from '../places.js'

// Of the range of an output, largest value minus least.
const TOLERANCE = 1e-3

interface Recorded {
  readonly model: string
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly divisor: number
  readonly offset: number
  readonly outputs: Readonly<Record<string, { readonly shape: readonly number[], readonly min: number, readonly max: number, readonly mean: number, readonly values: string }>>
}

const cases = JSON.parse(readFileSync(`${ROOT}test/fixtures/golden/golden.json`, 'utf8')) as readonly Recorded[]
const manifest = readManifest(`${ROOT}models/manifest.json`)
const converted = manifest.models.filter((model): model is ConvertedModel => model.kind === 'converted')

for (const model of converted) {
  const convert = openConvertedModel(model, findPackageFrom(ROOT))
  for (const file of model.files) {
    const started = performance.now()
    const bytes = convert(file.name)
    const durationMs = performance.now() - started

    t.test(`${file.file} has the bytes that the manifest states`, async t => {
      const { bytes: length, sha256 } = digestBytes(bytes)
      t.same({ bytes: length, sha256 }, { bytes: file.bytes, sha256: file.sha256 })
      t.same(digestBytes(openConvertedModel(model, findPackageFrom(ROOT))(file.name)).sha256, sha256, 'and has them again')
      t.ok(durationMs < 10_000, `made in ${Math.round(durationMs)} ms`)
    })

    for (const recorded of cases.filter(recorded => recorded.model === model.id)) {
      t.test(`${file.file} gives what the original graph gives at ${recorded.width} x ${recorded.height}`, async t => {
        const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 })
        t.same([...session.outputNames], file.outputs)
        const [input] = model.inputs
        const feeds = { [input?.name ?? '']: inputTensor(recorded) }
        const results = await session.run(feeds)
        for (const name of file.outputs) {
          const golden = recorded.outputs[name]
          const result = results[name]
          if (golden === undefined || result === undefined) return t.fail(`${name} is missing`)
          const values = channelsLast(result)
          t.same(values.shape, golden.shape, `shape of ${name}`)
          const range = golden.max - golden.min
          const kept = new Float32Array(Uint8Array.from(Buffer.from(golden.values, 'base64')).buffer)
          const positions = goldenPositions(values.data.length, kept.length)
          const worst = positions.reduce((worst, position, i) => Math.max(worst, Math.abs((values.data[position] ?? NaN) - (kept[i] ?? NaN))), 0)
          t.ok(worst <= TOLERANCE * range, `${name} is off by ${(worst / range).toExponential(1)} of its range`)
          // The values that were not kept are held by these three.
          for (const [what, value] of Object.entries(summary(values.data))) {
            t.ok(Math.abs(value - golden[what as 'min' | 'max' | 'mean']) <= TOLERANCE * range, `${what} of ${name}`)
          }
        }
        await session.release()
      })
    }
  }
}

t.test('every converted model has a recording', async t => {
  t.same(converted.map(model => model.id).filter(id => !cases.some(recorded => recorded.model === id)), [])
})

/** The recorded picture as the network takes it, channels first. */
function inputTensor ({ height, width, channels, divisor, offset }: Recorded): Tensor {
  const picture = goldenPicture(height, width, channels)
  const values = new Float32Array(picture.length)
  for (let i = 0; i < picture.length; i++) {
    values[(i % channels) * height * width + Math.floor(i / channels)] = (picture[i] ?? 0) / divisor + offset
  }
  return new Tensor('float32', values, [1, channels, height, width])
}

/** Shape and values in the order of the recording. */
function channelsLast ({ dims, data }: Tensor): { shape: readonly number[], data: Float32Array } {
  const source = data as Float32Array
  const [batch = 1, channels = 1, height = 1, width = 1] = dims
  if (dims.length !== 4) return { shape: dims, data: source }
  const values = new Float32Array(source.length)
  for (let i = 0; i < source.length; i++) values[(i % (height * width)) * channels + Math.floor(i / (height * width))] = source[i] ?? NaN
  return { shape: [batch, height, width, channels], data: values }
}

function summary (values: Float32Array): { min: number, max: number, mean: number } {
  let [min, max, sum] = [Infinity, -Infinity, 0]
  for (const value of values) {
    min = Math.min(min, value)
    max = Math.max(max, value)
    sum += value
  }
  return { min, max, mean: sum / values.length }
}
