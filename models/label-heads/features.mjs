// Features of the trunk for the training pictures, once: the pooled taps and the detector's maxima from the program's own
// decoder, tensor and ONNX file, so that what is trained on is what is served. Beside them the soft labels of the standard
// classifier, which teaches breadth.
//   node models/label-heads/features.mjs --data DIR --out DIR [--standard mobilenetv2-12-qdq.onnx]
// DIR of --data holds Homework2-Caltech101/, Homework3-PACS/ (MachineLearning2020 on GitHub), tin/ and sal/ (the unpacked
// mosaics of Tiny ImageNet and the pictures of the fixations). Resumable: a finished part is not made again.
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import ort from 'onnxruntime-node'
import sharp from 'sharp'
import { imageTensor } from '../../dist/imaging/image-tensor.js'
import { configureSharp, createImageDecoder } from '../../dist/intake/decode-image.js'

const { values: { data, out, standard } } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' }, standard: { type: 'string' } } })
const SIDE = 256
const MEANS = ['stride8', 'stride16', 'stride32', 'stride16_expanded', 'stride32_expanded', 'stride32_last']
const DEVIATIONS = ['stride8', 'stride16', 'stride32']
const TIN_TILES = 100
const CHUNK = 4000
const RAW = { channels: 'RGB', divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] }
const IMAGENET = { channels: 'RGB', divisor: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

configureSharp()
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' }
const trunk = await ort.InferenceSession.create('dist/models/mobilenetv3-centernet.onnx', options)
const teacher = standard === undefined ? undefined : await ort.InferenceSession.create(standard, options)
const { signal } = new AbortController()

for (const [name, list] of Object.entries(sources())) await extract(name, list)
await decoder.close()

function sources () {
  const found = {}
  const caltech = join(data, 'Homework2-Caltech101/101_ObjectCategories')
  found.caltech = pictures(caltech)
  found.pacs = pictures(join(data, 'Homework3-PACS/PACS'))
  // Those that are also evaluation pictures are left out (usable.json: indices whose `split` is not 1).
  found.sal = JSON.parse(readFileSync(join(data, 'sal/usable.json'), 'utf8'))
    .map(index => ({ path: join(data, 'sal', `${String(Math.floor(index / 50)).padStart(3, '0')}.avif`), name: `sal/${index}`, tile: index % 50, side: 256 }))
  const tin = join(data, 'tin/train')
  found.tin = readdirSync(tin).filter(name => name.endsWith('.avif')).sort()
    .flatMap(name => Array.from({ length: TIN_TILES }, (_, tile) => ({ path: join(tin, name), name: `${name.slice(0, -5)}/${tile}`, tile, side: 64 })))
  // The same pictures again, cut: other sizes and places of the thing.
  found['caltech-cut'] = found.caltech.map(item => ({ ...item, cut: true }))
  found['pacs-cut'] = found.pacs.filter(({ name }) => !name.includes('sketch')).map(item => ({ ...item, cut: true }))
  return found
}

function pictures (folder) {
  return readdirSync(folder, { recursive: true }).filter(name => /\.(jpe?g|png|avif|webp)$/i.test(name)).sort()
    .map(name => ({ path: join(folder, name), name: relative('.', name) }))
}

async function extract (name, list) {
  for (let start = 0; start < list.length; start += CHUNK) {
    const file = join(out, `${name}-${String(start / CHUNK).padStart(3, '0')}`)
    if (existsSync(`${file}.json`)) continue
    const rows = []
    const names = []
    const soft = []
    for (const item of list.slice(start, start + CHUNK)) {
      const image = await decode(item).catch(() => undefined)
      if (image === undefined) continue
      rows.push(await features(image))
      if (teacher !== undefined && item.side !== 64) soft.push(await softLabels(image))
      names.push(item.name)
    }
    const width = rows[0].length
    writeFileSync(`${file}.f32`, Buffer.from(Float32Array.from(rows.flatMap(row => [...row])).buffer))
    if (soft.length > 0) writeFileSync(`${file}.soft.f32`, Buffer.from(Float32Array.from(soft.flatMap(row => [...row])).buffer))
    writeFileSync(`${file}.tmp`, JSON.stringify({ name, width, means: MEANS, deviations: DEVIATIONS, names, soft: soft.length }))
    renameSync(`${file}.tmp`, `${file}.json`)
    console.log(new Date().toISOString(), file, rows.length, Math.round(process.cpuUsage().user / 1e6), 's CPU')
  }
}

let mosaic = { path: undefined, data: undefined }
async function decode ({ path, tile, side, cut, name }) {
  if (tile !== undefined) {
    if (mosaic.path !== path) {
      const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      mosaic = { path, data, info }
    }
    const perRow = mosaic.info.width / side
    const left = (tile % perRow) * side
    const top = Math.floor(tile / perRow) * side
    const bytes = await sharp(mosaic.data, { raw: mosaic.info }).extract({ left, top, width: side, height: side }).png({ compressionLevel: 1 }).toBuffer()
    return await full(bytes)
  }
  let bytes = readFileSync(path)
  if (cut) {
    const { width, height } = await sharp(bytes).metadata()
    const random = seeded(name)
    const share = 0.55 + 0.4 * random()
    const w = Math.max(1, Math.round(width * Math.sqrt(share)))
    const h = Math.max(1, Math.round(height * Math.sqrt(share)))
    let pipeline = sharp(bytes).extract({ left: Math.floor(random() * (width - w + 1)), top: Math.floor(random() * (height - h + 1)), width: w, height: h })
    if (random() < 0.5) pipeline = pipeline.flop()
    bytes = await pipeline.png({ compressionLevel: 1 }).toBuffer()
  }
  return await full(bytes)
}

async function full (bytes) {
  const image = await decoder.decode(bytes, { size: { width: SIDE, height: SIDE, fit: 'fill' }, alpha: 'flatten' }, signal)
  return Object.assign(image, { bytes })
}

async function features (image) {
  const tensor = new ort.Tensor('float32', imageTensor(image, RAW), [1, 3, SIDE, SIDE])
  const result = await trunk.run({ image: tensor }, [...MEANS, 'keypoints'])
  const row = []
  for (const name of MEANS) row.push(...pooled(result[name]).means)
  for (const name of DEVIATIONS) row.push(...pooled(result[name]).deviations)
  const { data, dims: [, classes, h, w] } = result.keypoints
  for (let c = 0; c < classes; c++) {
    let best = 0
    for (let i = c * h * w; i < (c + 1) * h * w; i++) if (data[i] > best) best = data[i]
    row.push(best)
  }
  return row
}

function pooled ({ data, dims: [, channels, h, w] }) {
  const area = h * w
  const means = []
  const deviations = []
  for (let c = 0; c < channels; c++) {
    let sum = 0
    let squares = 0
    for (let i = c * area; i < (c + 1) * area; i++) {
      sum += data[i]
      squares += data[i] * data[i]
    }
    means.push(sum / area)
    deviations.push(Math.sqrt(Math.max(0, squares / area - (sum / area) ** 2)))
  }
  return { means, deviations }
}

async function softLabels ({ bytes }) {
  const { data, info } = await sharp(bytes).removeAlpha().toColourspace('srgb').resize(224, 224, { fit: 'cover' }).raw().toBuffer({ resolveWithObject: true })
  const image = { data, width: info.width, height: info.height, channels: info.channels }
  const input = teacher.inputNames[0]
  const { [teacher.outputNames[0]]: logits } = await teacher.run({ [input]: new ort.Tensor('float32', imageTensor(image, IMAGENET), [1, 3, 224, 224]) })
  const top = Math.max(...logits.data)
  const exps = Array.from(logits.data, value => Math.exp(value - top))
  const sum = exps.reduce((a, b) => a + b, 0)
  return exps.map(value => value / sum)
}

function seeded (text) {
  let state = 2166136261
  for (const char of text) state = Math.imul(state ^ char.charCodeAt(0), 16777619)
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2246822507)
    state = Math.imul(state ^ (state >>> 13), 3266489909)
    state ^= state >>> 16
    return (state >>> 0) / 4294967296
  }
}
