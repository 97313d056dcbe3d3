// What other ways to guess where people look reach on the evaluation pictures: for the column "others" of `npm run eval`.
//   node bench/saliency-others.mjs      needs ../shared/images, and ../shared/models for the gaze network; writes
//   bench/results/saliency-others.json
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { classicEstimator } from '../dist/engines/saliency.js'
import { imageTensor } from '../dist/imaging/image-tensor.js'
import { blurMap, resizeMap } from '../dist/imaging/interest-map.js'
import { createInferencePool } from '../dist/runtime/inference-pool.js'
import { saliencyFigures } from './eval/measures/saliency.mjs'

const IMAGES = new URL('../../shared/images/', import.meta.url)
const GAZE_NETWORK = fileURLToPath(new URL('../../shared/models/fastgaze_derived.onnx', import.meta.url))
const SETS = ['sal_osie', 'sal_scene500']
const SPECTRAL_SIDE = 64
const GAZE_SIDE = 384
const RGB_BYTES = { channels: 'RGB', divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] }

if (!SETS.every(set => existsSync(new URL(`${set}/truth.json`, IMAGES)))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}
const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 60_000 })

const METHODS = {
  'centre Gaussian': async ({ width, height }) => gaussian(width, height, 0.25),
  'spectral residual × centre': async bytes => timesCentre(await spectralResidual(bytes)),
  'boolean map × centre': async bytes => await classicEstimator.estimate(await pixelsOf(bytes, classicEstimator.sizeFor(bytes))),
  ...existsSync(GAZE_NETWORK) ? { 'gaze network of twitter-research': gazeNetwork } : {}
}

const sets = {}
for (const set of SETS) {
  const { items, baselines } = JSON.parse(readFileSync(new URL(`${set}/truth.json`, IMAGES), 'utf8'))
  sets[set] = {}
  for (const [name, method] of Object.entries(METHODS)) {
    const pictures = []
    for (const item of items) {
      const { width, height } = item
      const map = await method({ width, height, bytes: readFileSync(new URL(`${set}/${item.file}`, IMAGES)) })
      const truth = await sharp(readFileSync(new URL(`${set}/${item.map}`, IMAGES))).greyscale().raw().toBuffer()
      pictures.push({ map: resizeMap(map, width, height).values, truth, width, height, fixations: item.fixations.flat() })
    }
    sets[set][name] = rounded(saliencyFigures(pictures))
  }
  const [NSS, auc, CC] = baselines['half_the_observers_predict_the_other_half[NSS,AUC,CC]']
  sets[set]['people, half against half'] = { NSS, 'AUC-Judd': auc, CC }
}
await pool.close()
for (const [set, figures] of Object.entries(sets)) {
  console.log(set)
  console.table(figures)
}
writeFileSync(fileURLToPath(new URL('results/saliency-others.json', import.meta.url)), `${JSON.stringify({
  date: new Date().toISOString().slice(0, 10), command: 'node bench/saliency-others.mjs', node: process.version, sets
}, null, 2)}\n`)

async function pixelsOf ({ bytes, width, height }, size) {
  const { data } = await sharp(bytes).removeAlpha().toColourspace('srgb').resize(size.width, size.height, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true })
  return { data, ...size, channels: 3, original: { width, height } }
}

async function gazeNetwork (picture) {
  const scale = GAZE_SIDE / Math.max(picture.width, picture.height)
  const side = length => Math.max(16, Math.round(length * scale / 16) * 16)
  const image = await pixelsOf(picture, { width: side(picture.width), height: side(picture.height) })
  const feeds = { image: { data: imageTensor(image, RGB_BYTES), dims: [1, 3, image.height, image.width] } }
  const { logits: { data, dims: [,, height, width] } } = await pool.run({ id: 'gaze network', path: GAZE_NETWORK }, feeds, ['logits'])
  const most = Math.max(...data)
  return { values: data.map(value => Math.exp(value - most)), width, height }
}

/** X. Hou and L. Zhang, Saliency Detection: A Spectral Residual Approach, CVPR 2007. */
async function spectralResidual (picture) {
  const side = SPECTRAL_SIDE
  const { data } = await pixelsOf(picture, { width: side, height: side })
  const real = Float64Array.from({ length: side * side }, (_, i) => 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2])
  const imaginary = new Float64Array(side * side)
  transform(real, imaginary, 1)
  const logarithm = real.map((re, i) => Math.log(Math.hypot(re, imaginary[i]) + 1e-9))
  const around = i => {
    let sum = 0
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) sum += logarithm[((Math.floor(i / side) + dy + side) % side) * side + (i % side + dx + side) % side]
    return sum / 9
  }
  for (let i = 0; i < real.length; i++) {
    const residual = Math.exp(logarithm[i] - around(i))
    const phase = Math.atan2(imaginary[i], real[i])
    real[i] = residual * Math.cos(phase)
    imaginary[i] = residual * Math.sin(phase)
  }
  transform(real, imaginary, -1)
  return blurMap({ values: Float32Array.from(real, (re, i) => re * re + imaginary[i] ** 2), width: side, height: side }, 2.5)
}

/** Two-dimensional discrete Fourier transform in place, by rows and by columns; not scaled. */
function transform (real, imaginary, sign) {
  const side = SPECTRAL_SIDE
  const cosines = Float64Array.from({ length: side }, (_, i) => Math.cos(2 * Math.PI * i / side))
  const sines = Float64Array.from({ length: side }, (_, i) => -sign * Math.sin(2 * Math.PI * i / side))
  for (const [step, lineStep] of [[1, side], [side, 1]]) {
    for (let line = 0; line < side; line++) {
      const re = Float64Array.from({ length: side }, (_, i) => real[line * lineStep + i * step])
      const im = Float64Array.from({ length: side }, (_, i) => imaginary[line * lineStep + i * step])
      for (let k = 0; k < side; k++) {
        let [sumRe, sumIm] = [0, 0]
        for (let i = 0; i < side; i++) {
          const at = k * i % side
          sumRe += re[i] * cosines[at] - im[i] * sines[at]
          sumIm += re[i] * sines[at] + im[i] * cosines[at]
        }
        real[line * lineStep + k * step] = sumRe
        imaginary[line * lineStep + k * step] = sumIm
      }
    }
  }
}

function gaussian (width, height, sigma) {
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const dx = ((i % width + 0.5) / width - 0.5) / sigma
    const dy = ((Math.floor(i / width) + 0.5) / height - 0.5) / sigma
    return Math.exp(-(dx * dx + dy * dy) / 2)
  })
  return { values, width, height }
}

function timesCentre ({ values, width, height }) {
  const centre = gaussian(width, height, 0.3)
  return { values: values.map((value, i) => value * centre.values[i]), width, height }
}

function rounded (figures) {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, Math.round(figure * 1000) / 1000]))
}
