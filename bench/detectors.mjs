// The detectors of the manifest side by side on the evaluation pictures: what their ranks and calibrations rest on.
//   node bench/detectors.mjs [MODEL...]     all that are here, or those with the given ids
// Pulled ones are looked for where the server looks (COMPUTE_MODELS_DIR); needs ../shared/images and says so.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createInferencePool } from '../dist/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'
import { openDetector } from '../dist/services/detect-objects.js'
import { OVERLAPS, bestF1, judge, meanAveragePrecision } from './judge-objects.mjs'

const IMAGES = new URL('../../shared/images/', import.meta.url)
const SETS = ['det_coco_val2017', 'det_voc_indoor']
const MIN_RAW = 0.01
const RESULTS = fileURLToPath(new URL('results/detectors.json', import.meta.url))
// The truth speaks COCO's own names; the other sets' names for the same things.
const ALIASES = { tvmonitor: 'tv', sofa: 'couch', diningtable: 'dining table', pottedplant: 'potted plant', motorbike: 'motorcycle', aeroplane: 'airplane' }

if (!SETS.every(set => existsSync(new URL(`${set}/truth.json`, IMAGES)))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}
const NAMES = JSON.parse(readFileSync(new URL('../labels/coco80_to_mid.json', IMAGES), 'utf8')).map(({ name }) => name)

configureSharp()
const wanted = process.argv.slice(2)
const store = await openModelStore(BUILT_MODELS_FOLDER, { pulledFolder: process.env.COMPUTE_MODELS_DIR ?? 'data/models' })
const models = store.forTask('object-detection').filter(({ facts }) => wanted.length === 0 || wanted.includes(facts.id))
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 600_000 })
const { signal } = new AbortController()
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).models : {}

for (const model of models) {
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: Infinity, runTimeoutMs: 600_000 })
  const { detector } = openDetector(pool, model)
  const pictures = {}
  let cpuMs = 0
  let runs = 0
  for (const set of SETS) {
    pictures[set] = []
    for (const item of JSON.parse(readFileSync(new URL(`${set}/truth.json`, IMAGES), 'utf8')).items) {
      const image = await decoder.decode(readFileSync(new URL(`${set}/${item.file}`, IMAGES)), { size: detector.size, alpha: 'flatten' }, signal)
      if (runs === 0) await detector.detect(image, MIN_RAW)
      const before = process.cpuUsage()
      const found = await detector.detect(image, MIN_RAW)
      const { user, system } = process.cpuUsage(before)
      cpuMs += (user + system) / 1000
      runs++
      pictures[set].push({ found, truth: item.objects.map(truthOf).filter(object => object.class >= 0) })
    }
  }
  await pool.close()
  const all = judge(Object.values(pictures).flat(), 0.5)
  results[model.facts.id] = {
    cpuMs: round(cpuMs / runs),
    ...Object.fromEntries(Object.entries(pictures).map(([set, judged]) => [set, {
      pictures: judged.length, ap50: round(meanAveragePrecision(judge(judged, 0.5))), ap50to95: round(mean(OVERLAPS.map(overlap => meanAveragePrecision(judge(judged, overlap)))))
    }])),
    atBestF1: Object.fromEntries(Object.entries(bestF1(all)).map(([name, value]) => [name, round(value)])),
    calibration: calibrationOf(all.detections)
  }
  console.log(model.facts.id, JSON.stringify(results[model.facts.id], null, 1))
}
await decoder.close()
writeFileSync(RESULTS, `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), command: 'node bench/detectors.mjs', node: process.version, models: results }, null, 2)}\n`)

// Rising shares of right detections by score: bins that grow from the highest scores down, where detections are few and
// matter most, then pool adjacent violators.
function calibrationOf (detections) {
  const sorted = detections.filter(({ score }) => score >= 0.03).sort((a, b) => b.score - a.score)
  const parts = []
  for (let at = 0, size = 25; at < sorted.length; size = Math.round(size * 1.3)) {
    parts.unshift(sorted.slice(at, at + size))
    at += size
  }
  const bins = []
  for (const part of parts) {
    bins.push({ weight: part.length, raw: mean(part.map(({ score }) => score)), share: mean(part.map(({ right }) => Number(right))) })
    while (bins.length > 1 && bins.at(-1).share <= bins.at(-2).share) {
      const [a, b] = bins.splice(-2)
      const weight = a.weight + b.weight
      bins.push({ weight, raw: (a.raw * a.weight + b.raw * b.weight) / weight, share: (a.share * a.weight + b.share * b.weight) / weight })
    }
  }
  return { raw: [0, ...bins.map(({ raw }) => round(raw)), 1], probability: [0, ...bins.map(({ share }) => round(share)), 1] }
}

function truthOf ({ bbox_xywh: box, bbox_xyxy: corners, name, iscrowd, difficult }) {
  const [x, y, width, height] = box ?? [corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]]
  return { x, y, width, height, class: NAMES.indexOf(ALIASES[name] ?? name), ignore: Boolean(iscrowd || difficult) }
}

function mean (values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function round (value) {
  return Math.round(value * 1000) / 1000
}
