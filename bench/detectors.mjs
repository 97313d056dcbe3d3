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
import { cocoAveragePrecision, judge, operatingPoint } from './eval/measures/detection.mjs'
import { objectsOf } from './eval/measures/detection-truth.mjs'

const IMAGES = new URL('../../shared/images/', import.meta.url)
const SETS = ['det_coco_val2017', 'det_voc_indoor']
const MIN_RAW = 0.01
// Where F1 is asked: raw scores.
const CUT_OFFS = Array.from({ length: 85 }, (_, index) => 0.05 + index * 0.01)
const RESULTS = fileURLToPath(new URL('results/detectors.json', import.meta.url))
if (!SETS.every(set => existsSync(new URL(`${set}/truth.json`, IMAGES)))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}

configureSharp()
const wanted = process.argv.slice(2)
const store = await openModelStore(BUILT_MODELS_FOLDER, { pulledFolder: process.env.COMPUTE_MODELS_DIR ?? 'data/models' })
const models = store.forTask('object-detection').filter(({ facts }) => wanted.length === 0 || wanted.includes(facts.id))
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 600_000 })
const { signal } = new AbortController()
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).models : {}

for (const model of models) {
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: Infinity, runTimeoutMs: 600_000 })
  const { detector, labels } = openDetector(pool, model)
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
      pictures[set].push({ found: found.map(({ classIndex, score, box }) => ({ class: labels[classIndex].mid, score, box })), truth: objectsOf(item) })
    }
  }
  await pool.close()
  const all = Object.values(pictures).flat()
  results[model.facts.id] = {
    cpuMs: round(cpuMs / runs),
    ...Object.fromEntries(Object.entries(pictures).map(([set, judged]) => {
      const { ap, ap50 } = cocoAveragePrecision(judged)
      return [set, { pictures: judged.length, ap50: round(ap50), ap50to95: round(ap) }]
    })),
    atBestF1: bestF1(all),
    calibration: calibrationOf(judge(all, 0.5))
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

function bestF1 (pictures) {
  const points = CUT_OFFS.map(threshold => ({ threshold, ...operatingPoint(pictures.map(({ truth, found }) => ({ truth, found: found.filter(({ score }) => score >= threshold) }))) }))
  const best = points.reduce((most, point) => point.f1 > most.f1 ? point : most)
  return Object.fromEntries(Object.entries(best).map(([name, value]) => [name, round(value)]))
}

function mean (values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function round (value) {
  return Math.round(value * 1000) / 1000
}
