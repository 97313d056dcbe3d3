// Quality of objectsDetection on the evaluation pictures, and the calibration of its scores.
//   node bench/objects.mjs        needs ../shared/images; says so where they are absent
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createObjectDetector } from '../dist/engines/object-detector.js'
import { intersectionOverUnion } from '../dist/imaging/boxes.js'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createInferencePool } from '../dist/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'

const IMAGES = new URL('../../shared/images/', import.meta.url)
const SETS = ['det_coco_val2017', 'det_voc_indoor']
const MIN_RAW = 0.05
const MODEL = 'mobilenetv3-centernet'

if (!SETS.every(set => existsSync(new URL(`${set}/truth.json`, IMAGES)))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}

configureSharp()
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 60_000 })
const { net, facts } = (await openModelStore(BUILT_MODELS_FOLDER)).find(MODEL, ['keypoints', 'wh'])
const detector = createObjectDetector(pool, { net, input: facts.inputs[0], outputs: facts.outputs.map(output => output.name) })
// COCO's own names, by which the truth speaks; the other sets' names for the same things.
const NAMES = JSON.parse(readFileSync(new URL('../labels/coco80_to_mid.json', IMAGES), 'utf8')).map(({ name }) => name)
const ALIASES = { tvmonitor: 'tv', sofa: 'couch', diningtable: 'dining table', pottedplant: 'potted plant', motorbike: 'motorcycle', aeroplane: 'airplane' }
const { signal } = new AbortController()

const results = {}
const all = []
for (const set of SETS) {
  const judged = await judgeSet(set)
  results[set] = figures(judged)
  all.push(...judged.detections)
}
await Promise.all([decoder.close(), pool.close()])

const bins = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 1].map((high, index, edges) => {
  const low = index === 0 ? MIN_RAW : edges[index - 1]
  const within = all.filter(({ score }) => score >= low && score < high)
  return { raw: `${low}–${high}`, detections: within.length, right: round(within.filter(({ right }) => right).length / within.length) }
})
console.table(results)
console.table(bins)
writeFileSync(fileURLToPath(new URL('results/objects.json', import.meta.url)), `${JSON.stringify({
  date: new Date().toISOString().slice(0, 10), command: 'node bench/objects.mjs', model: MODEL, node: process.version, sets: results, precisionByScore: bins
}, null, 2)}\n`)

async function judgeSet (set) {
  const { items } = JSON.parse(readFileSync(new URL(`${set}/truth.json`, IMAGES), 'utf8'))
  const detections = []
  const counts = new Map()
  for (const item of items) {
    const bytes = readFileSync(new URL(`${set}/${item.file}`, IMAGES))
    const image = await decoder.decode(bytes, { size: detector.size, alpha: 'flatten' }, signal)
    const found = await detector.detect(image, MIN_RAW)
    const truth = item.objects.map(object => ({ ...boxOf(object), class: classOf(object), ignore: Boolean(object.iscrowd || object.difficult), taken: false }))
      .filter(object => object.class >= 0)
    for (const object of truth) if (!object.ignore) counts.set(object.class, (counts.get(object.class) ?? 0) + 1)
    for (const { classIndex, score, box } of found) {
      const matches = truth.filter(object => object.class === classIndex).map(object => ({ object, overlap: intersectionOverUnion(object, box) }))
        .filter(({ overlap, object }) => overlap >= 0.5 && !object.taken).sort((a, b) => b.overlap - a.overlap)
      const best = matches.find(({ object }) => !object.ignore) ?? matches[0]
      if (best?.object.ignore) continue
      if (best !== undefined) best.object.taken = true
      detections.push({ classIndex, score, right: best !== undefined })
    }
  }
  return { detections, counts, pictures: items.length }
}

function boxOf ({ bbox_xywh: box, bbox_xyxy: corners }) {
  const [x, y, width, height] = box ?? [corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]]
  return { x, y, width, height }
}

function classOf ({ name }) {
  return NAMES.indexOf(ALIASES[name] ?? name)
}

function figures ({ detections, counts, pictures }) {
  const classes = [...counts.keys()]
  const ap50 = classes.reduce((sum, index) => sum + averagePrecision(detections.filter(({ classIndex }) => classIndex === index), counts.get(index)), 0) / classes.length
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let best = { f1: 0 }
  for (let threshold = 0.1; threshold < 0.6; threshold += 0.01) {
    const kept = detections.filter(({ score }) => score >= threshold)
    const right = kept.filter(({ right }) => right).length
    const f1 = 2 * right / (kept.length + total)
    if (f1 > best.f1) best = { f1, threshold, precision: right / kept.length, recall: right / total }
  }
  return { pictures, objects: total, ap50: round(ap50), bestF1: round(best.f1), atRawScore: round(best.threshold), precision: round(best.precision), recall: round(best.recall) }
}

// All-point interpolation, as in PASCAL VOC since 2010.
function averagePrecision (detections, count) {
  const sorted = [...detections].sort((a, b) => b.score - a.score)
  const points = []
  let right = 0
  sorted.forEach((detection, index) => {
    if (detection.right) right++
    points.push({ precision: right / (index + 1), recall: right / count })
  })
  let area = 0
  let before = 0
  points.forEach(({ recall }, index) => {
    const best = Math.max(...points.slice(index).map(point => point.precision))
    area += (recall - before) * best
    before = recall
  })
  return area
}

function round (value) {
  return Math.round(value * 1000) / 1000
}
