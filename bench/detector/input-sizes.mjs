// What the detector's input should be: squares of several sides, aspect kept, and tiles beside the whole picture for small
// objects. Raw scores; AP by COCO's rules on the evaluation pictures.
//   node bench/detector/input-sizes.mjs     about four minutes; writes bench/results/detector-input.json
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { suppressOverlaps } from '../../dist/imaging/boxes.js'
import { cocoAveragePrecision } from '../eval/measures/detection.mjs'
import { objectsOf } from '../eval/measures/detection-truth.mjs'
import { MODEL, openDetector } from './open-detector.mjs'

const IMAGES = new URL('../../../shared/images/', import.meta.url)
const SETS = ['det_coco_val2017', 'det_voc_indoor']
const MIN_RAW = 0.05
const MAX_OVERLAP = 0.6
const TILE_SHARE = 0.6
// Boxes that end at a cut inside the picture are halves of things.
const CUT_MARGIN_PX = 3

const VARIANTS = {
  '384 x 384': wholeAt(() => square(384)),
  '512 x 512 (as shipped)': wholeAt(() => square(512)),
  '640 x 640': wholeAt(() => square(640)),
  'aspect kept, long side 512': wholeAt(size => aspectKept(size, 512)),
  'aspect kept, long side 640': wholeAt(size => aspectKept(size, 640)),
  'aspect kept, area of 512 x 512': wholeAt(size => sameArea(size, 512)),
  '512 x 512 and four tiles at 512 x 512': withTiles
}

if (!SETS.every(set => existsSync(new URL(`${set}/truth.json`, IMAGES)))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}
const detector = await openDetector()
const mids = JSON.parse(readFileSync(new URL('../../models/labels/coco80.json', import.meta.url), 'utf8')).map(({ mid }) => mid)
const results = Object.fromEntries(Object.keys(VARIANTS).map(name => [name, {}]))
for (const set of SETS) {
  const { items } = JSON.parse(readFileSync(new URL(`${set}/truth.json`, IMAGES), 'utf8'))
  const pictures = Object.fromEntries(Object.keys(VARIANTS).map(name => [name, []]))
  const cpuMs = Object.fromEntries(Object.keys(VARIANTS).map(name => [name, []]))
  for (const item of items) {
    const bytes = readFileSync(new URL(`${set}/${item.file}`, IMAGES))
    for (const [name, run] of Object.entries(VARIANTS)) {
      const { found, cpuMs: ms } = await run(bytes, item)
      pictures[name].push({ truth: objectsOf(item), found: found.map(({ classIndex, score, box }) => ({ class: mids[classIndex], score, box })) })
      cpuMs[name].push(ms)
    }
  }
  for (const name of Object.keys(VARIANTS)) {
    const { ap, ap50 } = cocoAveragePrecision(pictures[name])
    results[name][set] = { ap50: round(ap50), ap: round(ap), cpuMs: round(median(cpuMs[name])) }
  }
}
await detector.close()
for (const figures of Object.values(results)) {
  figures['CPU ÷ as shipped'] = round(figures.det_coco_val2017.cpuMs / results['512 x 512 (as shipped)'].det_coco_val2017.cpuMs)
}
console.table(Object.fromEntries(Object.entries(results).map(([name, figures]) => [name, Object.fromEntries(Object.entries(figures).flatMap(([set, value]) =>
  typeof value === 'number' ? [[set, value]] : Object.entries(value).map(([figure, number]) => [`${set.slice(4, 8)} ${figure}`, number])))])))
writeFileSync(fileURLToPath(new URL('../results/detector-input.json', import.meta.url)), `${JSON.stringify({
  date: new Date().toISOString().slice(0, 10), command: 'node bench/detector/input-sizes.mjs', model: MODEL, node: process.version, variants: results
}, null, 2)}\n`)

function wholeAt (sizeOf) {
  return async (bytes, { width, height }) => await detector.detect(bytes, sizeOf({ width, height }), MIN_RAW)
}

async function withTiles (bytes, { width, height }) {
  const whole = await detector.detect(bytes, square(512), MIN_RAW)
  const all = [...whole.found]
  let cpuMs = whole.cpuMs
  const tile = { width: Math.round(width * TILE_SHARE), height: Math.round(height * TILE_SHARE) }
  for (const left of [0, width - tile.width]) {
    for (const top of [0, height - tile.height]) {
      const part = await sharp(bytes).extract({ left, top, ...tile }).png({ compressionLevel: 0 }).toBuffer()
      const { found, cpuMs: ms } = await detector.detect(part, square(512), MIN_RAW)
      cpuMs += ms
      for (const find of found) {
        const { x, y, width: w, height: h } = find.box
        const isCut = (left > 0 && x < CUT_MARGIN_PX) || (top > 0 && y < CUT_MARGIN_PX) ||
          (left === 0 && x + w > tile.width - CUT_MARGIN_PX) || (top === 0 && y + h > tile.height - CUT_MARGIN_PX)
        if (!isCut) all.push({ ...find, box: { x: x + left, y: y + top, width: w, height: h } })
      }
    }
  }
  return { found: suppressOverlaps(all, MAX_OVERLAP), cpuMs }
}

function square (side) {
  return { width: side, height: side }
}

function aspectKept ({ width, height }, long) {
  const scale = long / Math.max(width, height)
  return { width: toMultiple(width * scale), height: toMultiple(height * scale) }
}

function sameArea ({ width, height }, side) {
  const scale = side / Math.sqrt(width * height)
  return { width: toMultiple(width * scale), height: toMultiple(height * scale) }
}

function toMultiple (side) {
  return Math.max(32, Math.round(side / 32) * 32)
}

function median (values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function round (value) {
  return Math.round(value * 1000) / 1000
}
