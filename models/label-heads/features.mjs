// What the label heads are given of evaluation pictures, once, through the program's own decoder, scaling, tensors and nets;
// beside it the probabilities of the standard classifier. Training pictures go through features.py, which is faster.
//   node models/label-heads/features.mjs --out DIR --standard mobilenetv2-12-qdq.onnx [NAME=]FOLDER…      (after npm run build)
// NAME: what the pictures of a folder are called in DIR, if not as the folder.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import ort from 'onnxruntime-node'
import { classifierTensor } from '../../dist/engines/classifier.js'
import { imageTensor } from '../../dist/imaging/image-tensor.js'
import { resample } from '../../dist/imaging/resample.js'
import { configureSharp, createImageDecoder } from '../../dist/intake/decode-image.js'
import { classifiedSize } from '../../dist/services/classify-image.js'

const { values: { out, standard }, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' }, standard: { type: 'string' } } })

const manifest = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'))
const rowOf = id => manifest.models.find(model => model.id === id)
const heads = rowOf('label-heads')
const { backbone: { model: backboneId, outputs: parts }, maxima: { model: trunkId, outputs: [classes] } } = heads.source.sees
const { height, width } = heads.inputs[0].size
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' }
const open = async (id, path) => ({ input: rowOf(id).inputs[0], session: await ort.InferenceSession.create(path, options) })
const built = async id => await open(id, `dist/models/${rowOf(id).files[0].file}`)
const trunk = await built(trunkId)
const backbone = await built(backboneId)
const teacher = await open('mobilenetv2-12-qdq', standard)

configureSharp()
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
const { signal } = new AbortController()
for (const text of positionals) {
  const [folder, name = basename(folder)] = text.split('=').reverse()
  const rows = []
  const soft = []
  const names = readdirSync(folder, { recursive: true }).filter(name => /\.(jpe?g|png|avif|webp)$/i.test(name)).sort()
  for (const picture of names) {
    const image = await decoder.decode(readFileSync(join(folder, picture)), { size: classifiedSize, alpha: 'flatten' }, signal)
    rows.push(await features(image))
    soft.push(await softLabels(image))
  }
  const file = join(out, `${name}-000`)
  write(`${file}.f32`, rows)
  write(`${file}.soft.f32`, soft)
  writeFileSync(`${file}.json`, JSON.stringify({ name, width: rows[0].length, names }))
  console.log(file, rows.length)
}
await decoder.close()

function write (file, rows) {
  writeFileSync(file, Buffer.concat(rows.map(row => Buffer.from(Float32Array.from(row).buffer))))
}

async function features (image) {
  const pixels = resample(image, { width, height })
  const see = async ({ input, session }, outputs) => await session.run({ [input.name]: new ort.Tensor('float32', imageTensor(pixels, input), [1, 3, height, width]) }, outputs)
  const seen = await see(backbone, parts)
  const { [classes]: map } = await see(trunk, [classes])
  return [...parts.flatMap(part => [...seen[part].data]), ...largestCells(map)]
}

function largestCells ({ data, dims: [, channels] }) {
  const cells = data.length / channels
  return Array.from({ length: channels }, (_, channel) => data.subarray(channel * cells, (channel + 1) * cells).reduce((most, value) => Math.max(most, value)))
}

async function softLabels (image) {
  const { data, dims } = classifierTensor(image, teacher.input)
  const { [teacher.session.outputNames[0]]: logits } = await teacher.session.run({ [teacher.input.name]: new ort.Tensor('float32', data, dims) })
  const top = Math.max(...logits.data)
  const powers = Array.from(logits.data, value => Math.exp(value - top))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(value => value / sum)
}
