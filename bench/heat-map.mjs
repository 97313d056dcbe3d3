// What heatMap costs, in CPU milliseconds on a photograph of two megapixels: each part alone, the whole in-process, and a
// request over HTTP; and how well two ramps of colours can be read.
//   node bench/heat-map.mjs      writes bench/results/heat-map.json
import { cpus } from 'node:os'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { classicEstimator } from '../dist/engines/saliency.js'
import { deltaE2000, labFromSrgb } from '../dist/imaging/color-difference.js'
import { INFERNO_RAMP, rampThrough } from '../dist/imaging/color-ramp.js'
import { encodeJpeg } from '../dist/imaging/encode-jpeg.js'
import { imageTensor } from '../dist/imaging/image-tensor.js'
import { spreadMap } from '../dist/imaging/interest-map.js'
import { createKeptBuffers } from '../dist/imaging/kept-buffers.js'
import { paintColors, paintLevels, paintOver } from '../dist/imaging/paint-map.js'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createInferencePool } from '../dist/runtime/inference-pool.js'
import { createModelChoice } from '../dist/runtime/model-choice.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'
import { createDrawHeatMap, openEstimator } from '../dist/services/heat-map.js'
import { startService, temporaryFolder } from './eval/service.mjs'
import { samplePhoto } from './sample-photo.mjs'

const ROUNDS = 5
const TIMES = 4
// Every fifteenth of 256 colours of turbo (A. Mikhailov, Google, Apache-2.0), the ramp that was looked at beside inferno.
const TURBO_RAMP = rampThrough([
  0x30123b, 0x3f3e9c, 0x4666dd, 0x458cfd, 0x2fb2f4, 0x1ad4d0, 0x22ebaa, 0x52fa7a, 0x8bff4b,
  0xb7f735, 0xdbe236, 0xf5c53a, 0xfea130, 0xf9751d, 0xe84b0c, 0xce2d04, 0xa91601, 0x7a0403
])

configureSharp()
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
const pool = createInferencePool({ threads: 1, idleTimeoutMs: 600_000, runTimeoutMs: 60_000 })
const store = await openModelStore(BUILT_MODELS_FOLDER)
const [model] = store.forTask('saliency')
const estimator = openEstimator(pool, store, model)
const draw = createDrawHeatMap({ decoder, models: createModelChoice({ store, task: 'saliency', open: () => estimator }), quality: 'default', reportStandIn: cause => { throw cause } })
const { signal } = new AbortController()
const work = { signal, stage: async (name, run) => await run() }
const photo = await samplePhoto()

const taps = model.facts.inputs.map(input => input.name)
const trunk = store.find(model.facts.trunk, taps)
const fitted = quality => original => ({ ...estimator.sizeFor(original, quality), fit: 'fill' })
const pictures = {}
const features = {}
for (const quality of ['default', 'fast']) {
  pictures[quality] = await decoder.decode(photo, { size: fitted(quality), alpha: 'flatten' }, signal)
  features[quality] = await pool.run(trunk.net, feedsOf(quality), taps)
}
const small = await decoder.decode(photo, { size: original => ({ ...classicEstimator.sizeFor(original), fit: 'fill' }), alpha: 'flatten' }, signal)
const whole = await decoder.decode(photo, { alpha: 'flatten' }, signal)
const frame = whole.original
const map = await estimator.estimate(pictures.default)
const painted = await paintColors(map, frame, INFERNO_RAMP)

function feedsOf (quality) {
  const image = pictures[quality]
  return { image: { data: imageTensor(image, trunk.facts.inputs[0]), dims: [1, 3, image.height, image.width] } }
}

// The inputs' buffers are given away with each run.
function copyOf (tensors) {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data, dims }]) => [name, { data: data.slice(), dims }]))
}

// As the service keeps them.
const buffers = createKeptBuffers(2, 8 << 20)
const keep = ({ data }) => buffers.giveBack(data)

const folder = temporaryFolder()
const service = await startService({ dataDir: `${folder.path}/data`, env: {} })
const inProcess = {
  'trunk, default': () => pool.run(trunk.net, feedsOf('default'), taps),
  'trunk, fast': () => pool.run(trunk.net, feedsOf('fast'), taps),
  'readout, default': () => pool.run(model.netWith(['interest']), copyOf(features.default), ['interest']),
  'readout, fast': () => pool.run(model.netWith(['interest']), copyOf(features.fast), ['interest']),
  decode: () => decoder.decode(photo, { size: fitted('default'), alpha: 'flatten' }, signal),
  'classic method': () => classicEstimator.estimate(small),
  'paint, map': async () => keep(await paintColors(spreadMap(map, { low: 0.1, high: 0.98, power: 0.75 }), frame, INFERNO_RAMP, buffers.borrow)),
  'paint, gray': async () => keep(await paintLevels(map, frame, buffers.borrow)),
  'paint, overlay': async () => keep(await paintOver(whole, map, INFERNO_RAMP, buffers.borrow)),
  'encode, map': () => encodeJpeg(painted, 90),
  'in-process, map': () => draw(photo, { style: 'map' }, work),
  'in-process, map, fast': () => draw(photo, { style: 'map', quality: 'fast' }, work)
}
const overHttp = {
  'request, map': () => service.ask('heatMap', { image: photo }, { style: 'map' }),
  'request, map, fast': () => service.ask('heatMap', { image: photo }, { style: 'map', quality: 'fast' })
}
const taken = Object.fromEntries([...Object.keys(inProcess), ...Object.keys(overHttp)].map(name => [name, []]))
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(inProcess)) {
    const before = process.cpuUsage()
    for (let time = 0; time < TIMES; time++) await run()
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) taken[name].push((user + system) / 1000 / TIMES)
  }
  for (const [name, run] of Object.entries(overHttp)) {
    const before = await service.cpuSeconds()
    for (let time = 0; time < TIMES; time++) await run()
    if (round >= 0) taken[name].push((await service.cpuSeconds() - before) * 1000 / TIMES)
  }
}
await service.stop()
folder.remove()
await Promise.all([decoder.close(), pool.close()])

const cpuMs = Object.fromEntries(Object.entries(taken).map(([name, values]) => [name, rounded(values.sort((a, b) => a - b)[ROUNDS >> 1])]))
const ratios = {
  'in-process ÷ request, map (at least 0.80 is asked)': rounded(cpuMs['in-process, map'] / cpuMs['request, map']),
  'trunk and readout ÷ trunk': rounded((cpuMs['trunk, default'] + cpuMs['readout, default']) / cpuMs['trunk, default']),
  'trunk and readout, fast ÷ default': rounded((cpuMs['trunk, fast'] + cpuMs['readout, fast']) / (cpuMs['trunk, default'] + cpuMs['readout, default']))
}
const ramps = { inferno: readability(INFERNO_RAMP), turbo: readability(TURBO_RAMP) }
console.table(cpuMs)
console.table(ratios)
console.table(ramps)
writeFileSync(fileURLToPath(new URL('results/heat-map.json', import.meta.url)), `${JSON.stringify({
  date: new Date().toISOString().slice(0, 10),
  command: 'node bench/heat-map.mjs',
  node: process.version,
  cpu: cpus()[0].model.trim(),
  rounds: ROUNDS,
  picture: `${frame.width} x ${frame.height}, ${Math.round(photo.length / 1000)} KB`,
  seen: Object.fromEntries(Object.entries(pictures).map(([quality, { width, height }]) => [quality, `${width} x ${height}`])),
  cpuMs,
  ratios,
  ramps
}, null, 2)}\n`)

// Of all pairs of levels, how many have the higher one lighter; and the steps that an eye can tell, and how even they are.
function readability (ramp) {
  const colors = [...ramp].map(color => labFromSrgb(color & 255, (color >> 8) & 255, (color >> 16) & 255))
  let ordered = 0
  for (let a = 0; a < 256; a++) for (let b = a + 1; b < 256; b++) if (colors[b].lightness > colors[a].lightness) ordered++
  // Over eight levels at a time, since a single step is below the rounding to bytes.
  const steps = Array.from({ length: 31 }, (_, i) => deltaE2000(colors[8 * i], colors[8 * i + 8]))
  return { pairsInOrder: rounded(ordered / (256 * 255 / 2)), deltaE2000FromEndToEnd: rounded(steps.reduce((sum, step) => sum + step)), leastToGreatestStep: rounded(Math.min(...steps) / Math.max(...steps)) }
}

function rounded (value) {
  return Number(value.toPrecision(3))
}
