// Features of the trunk for the training pictures, once: the pooled taps and the detector's maxima, through the program's
// own decoder, scaling, tensors and ONNX file, so that what is trained on is what is served. Beside them the
// probabilities of the standard classifier, which teaches breadth.
//   node models/label-heads/features.mjs --data DIR --out DIR --standard mobilenetv2-12-qdq.onnx [--side 256] [SOURCE…]
// DIR of --data holds the sources' files as README.md names them; a folder of evaluation pictures can be a source too, by
// its path, to be measured on. Pictures of all classes come in turn, so that any part of a run is balanced. Resumable.
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import ort from 'onnxruntime-node'
import sharp from 'sharp'
import { classifierTensor } from '../../dist/engines/classifier.js'
import { imageTensor } from '../../dist/imaging/image-tensor.js'
import { resample } from '../../dist/imaging/resample.js'
import { configureSharp, createImageDecoder } from '../../dist/intake/decode-image.js'

const { values: { data, out, standard, side }, positionals } = parseArgs({
  allowPositionals: true, options: { data: { type: 'string' }, out: { type: 'string' }, standard: { type: 'string' }, side: { type: 'string', default: '256' } }
})
const SIDE = Number(side)
// As the service decodes.
const LONGEST_SIDE = 768
const MEANS = ['stride8', 'stride16', 'stride32', 'stride16_expanded', 'stride32_expanded', 'stride32_last']
const DEVIATIONS = ['stride8', 'stride16', 'stride32']
// Where the folders of classes are, and the most pictures of one: Caltech-101 has 800 aeroplanes and 31 skates.
const FOLDERS = {
  caltech: { path: 'Homework2-Caltech101/101_ObjectCategories', most: 120 },
  pacs: { path: 'Homework3-PACS/PACS', most: 330 },
  'mini-imagenet': { path: 'mini-imagenet/train', most: 100 },
  imagenette: { path: 'imagenette/train', most: 150 },
  clothing: { path: 'clothing/train', most: 100 },
  fruits: { path: 'fruits', most: 100 },
  bsds: { path: 'bsds/BSDS500/data/images', most: 300 }
}
const MOST_TILES = 100
// Photographs of Caltech-101 again, as small as the tiles of Tiny ImageNet and mini-ImageNet: what blur does to features.
const TWINS = 300
const TWIN_SIDES = [64, 84]
const CHUNK = 500
const MOSAICS_KEPT = 24

const manifest = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'))
const inputOf = id => manifest.models.find(model => model.id === id).inputs[0]
const trunkInput = inputOf('mobilenetv3-centernet')
const teacherInput = inputOf('mobilenetv2-12-qdq')

configureSharp()
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' }
const trunk = await ort.InferenceSession.create('dist/models/mobilenetv3-centernet.onnx', options)
const teacher = await ort.InferenceSession.create(standard, options)
const { signal } = new AbortController()
const mosaics = new Map()

const SOURCES = {
  ...Object.fromEntries(Object.entries(FOLDERS).map(([name, { path, most }]) => [name, () => inTurn(folders(join(data, path)), most)])),
  twins: () => inTurn(folders(join(data, FOLDERS.caltech.path)), FOLDERS.caltech.most).slice(0, TWINS)
    .flatMap(item => TWIN_SIDES.map(shrunk => ({ ...item, shrunk, name: `${shrunk}/${item.name}` }))),
  // Those that are also evaluation pictures are left out (usable.json: indices whose `split` is not 1).
  sal: () => JSON.parse(readFileSync(join(data, 'sal/usable.json'), 'utf8'))
    .map(index => ({ path: join(data, 'sal', `${String(Math.floor(index / 50)).padStart(3, '0')}.avif`), name: `sal/${index}`, tile: index % 50, side: 256 })),
  tin () {
    const names = readdirSync(join(data, 'tin/train')).filter(name => name.endsWith('.avif')).sort()
    return inTurn(names.map(name => Array.from({ length: MOST_TILES }, (_, tile) => ({ path: join(data, 'tin/train', name), name: `${name.slice(0, -5)}/${tile}`, tile, side: 64 }))), MOST_TILES)
  }
}
for (const source of positionals.length > 0 ? positionals : Object.keys(SOURCES)) {
  await extract(basename(source), SOURCES[source]?.() ?? folders(source).flat())
}
await decoder.close()

/** Pictures below a folder, a list for each folder that holds some. */
function folders (root) {
  const found = new Map()
  for (const name of readdirSync(root, { recursive: true }).filter(name => /\.(jpe?g|png|avif|webp)$/i.test(name)).sort()) {
    const folder = dirname(name)
    found.set(folder, [...found.get(folder) ?? [], { path: join(root, name), name }])
  }
  return [...found.values()]
}

/** The first picture of each list, the second of each, and so on; of long lists, pictures evenly apart. */
function inTurn (lists, most) {
  const chosen = lists.map(list => list.length <= most ? list : Array.from({ length: most }, (_, i) => list[Math.floor(i * list.length / most)]))
  return Array.from({ length: most }, (_, i) => chosen.flatMap(list => i < list.length ? [list[i]] : [])).flat()
}

async function extract (name, list) {
  for (let start = 0; start < list.length; start += CHUNK) {
    const file = join(out, `${name}-${String(start / CHUNK).padStart(3, '0')}`)
    if (existsSync(`${file}.json`)) continue
    const rows = []
    const soft = []
    const items = []
    for (const item of list.slice(start, start + CHUNK)) {
      const image = await decode(item).catch(() => undefined)
      if (image === undefined) continue
      rows.push(await features(image))
      soft.push(await softLabels(image))
      items.push(item.name)
    }
    write(`${file}.f32`, rows)
    write(`${file}.soft.f32`, soft)
    writeFileSync(`${file}.tmp`, JSON.stringify({ name, width: rows[0].length, names: items }))
    renameSync(`${file}.tmp`, `${file}.json`)
    console.log(new Date().toISOString(), file, rows.length, Math.round(process.cpuUsage().user / 1e6), 's CPU')
  }
}

function write (file, rows) {
  writeFileSync(file, Buffer.concat(rows.map(row => Buffer.from(Float32Array.from(row).buffer))))
}

async function decode ({ path, tile, side, shrunk }) {
  if (tile === undefined) {
    const image = await decoder.decode(readFileSync(path), { size: { width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside' }, alpha: 'flatten' }, signal)
    return shrunk === undefined ? image : { ...resample(image, { width: shrunk, height: shrunk }), original: image.original }
  }
  let mosaic = mosaics.get(path)
  if (mosaic === undefined) {
    mosaic = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    mosaics.set(path, mosaic)
    if (mosaics.size > Math.max(MOSAICS_KEPT, 210)) mosaics.delete(mosaics.keys().next().value)
  }
  const { data, info: { width } } = mosaic
  const left = (tile % (width / side)) * side
  const top = Math.floor(tile / (width / side)) * side
  const pixels = Buffer.concat(Array.from({ length: side }, (_, y) => data.subarray(((top + y) * width + left) * 3, ((top + y) * width + left + side) * 3)))
  return { data: pixels, width: side, height: side, channels: 3, original: { width: side, height: side } }
}

async function features (image) {
  const tensor = new ort.Tensor('float32', imageTensor(resample(image, { width: SIDE, height: SIDE }), trunkInput), [1, 3, SIDE, SIDE])
  const result = await trunk.run({ [trunkInput.name]: tensor }, [...MEANS, 'keypoints'])
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

async function softLabels (image) {
  const { data, dims } = classifierTensor(image, teacherInput)
  const { [teacher.outputNames[0]]: logits } = await teacher.run({ [teacher.inputNames[0]]: new ort.Tensor('float32', data, dims) })
  const top = Math.max(...logits.data)
  const powers = Array.from(logits.data, value => Math.exp(value - top))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(value => value / sum)
}
