// What a raw score of the detector is worth: fits a rising map from score to probability, on pictures other than those it
// is judged on, and finds the cut-off with the best F1.
//   node bench/detector/calibrate.mjs [--photographs FOLDER] [--model ID] [--finds FILE]
// It adds to bench/results/detector-calibration.json. Needs ../shared/images; FILE keeps what was found from one run to the
// next. Two fits are compared: cross-validation (one half of the boxed pictures fits, the other judges), and, where FOLDER holds Homework2-Caltech101 and Homework3-PACS (github.com/MachineLearning2020), their photographs: one
// known thing each, no boxes, so a find of its class counts as right wherever it lies.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { calibrationError, judge, operatingPoint } from '../eval/measures/detection.mjs'
import { midOf, objectsOf } from '../eval/measures/detection-truth.mjs'
import { MODEL, openDetector } from './open-detector.mjs'
import { betaMap, fitBeta } from './beta-fit.mjs'

const IMAGES = new URL('../../../shared/images/', import.meta.url)
const SETS = ['det_coco_val2017', 'det_voc_indoor']
const MIN_RAW = 0.05
const PER_FOLDER = 24
// Where F1 is asked: raw scores.
const CUT_OFFS = Array.from({ length: 31 }, (_, index) => 0.15 + index * 0.01)
const KNOTS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 1]
const RESULTS = fileURLToPath(new URL('../results/detector-calibration.json', import.meta.url))

// Folders of one thing each, by COCO's name for it.
const THINGS = {
  'Homework2-Caltech101/101_ObjectCategories': {
    Faces: 'person',
    Motorbikes: 'motorcycle',
    airplanes: 'airplane',
    car_side: 'car',
    cellphone: 'cell phone',
    chair: 'chair',
    windsor_chair: 'chair',
    cup: 'cup',
    dalmatian: 'dog',
    elephant: 'elephant',
    emu: 'bird',
    flamingo: 'bird',
    ibis: 'bird',
    ketch: 'boat',
    laptop: 'laptop',
    pigeon: 'bird',
    pizza: 'pizza',
    rooster: 'bird',
    schooner: 'boat',
    scissors: 'scissors',
    soccer_ball: 'sports ball',
    stop_sign: 'stop sign',
    umbrella: 'umbrella'
  },
  'Homework3-PACS/PACS/photo': { dog: 'dog', elephant: 'elephant', giraffe: 'giraffe', horse: 'horse', person: 'person' }
}
// What may well stand beside the thing: neither right nor wrong.
const BESIDE = ['person', 'chair', 'couch', 'dining table', 'potted plant', 'car', 'truck', 'tie', 'handbag', 'backpack', 'boat'].map(midOf)

if (!SETS.every(set => existsSync(new URL(`${set}/truth.json`, IMAGES)))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}
const { values: { photographs, model = MODEL, finds: kept } } = parseArgs({
  options: { photographs: { type: 'string' }, model: { type: 'string' }, finds: { type: 'string' } }
})
const mids = JSON.parse(readFileSync(new URL('../../models/labels/coco80.json', import.meta.url), 'utf8')).map(({ mid }) => mid)
const detector = await openDetector(model)
const { pictures, trained } = kept !== undefined && existsSync(kept)
  ? JSON.parse(readFileSync(kept, 'utf8'))
  : { pictures: await boxedPictures(), trained: photographs === undefined ? [] : await trainingFinds(pathToFileURL(`${photographs}/`)) }
await detector.close()
if (kept !== undefined) writeFileSync(kept, JSON.stringify({ pictures, trained }))

const halves = [0, 1].map(half => pictures.filter((_, index) => index % 2 === half))
const fits = {
  ...detector.facts.calibration === undefined ? {} : { 'the row\'s own': () => interpolated(detector.facts.calibration) },
  'the other half of the boxed pictures': half => betaMap(fitBeta(judge(halves[1 - half], 0.5))),
  ...trained.length === 0 ? {} : { 'photographs of one thing each': () => betaMap(fitBeta(trained)) },
  uncalibrated: () => score => score
}
const errors = Object.fromEntries(Object.entries(fits).map(([name, fit]) => [name, halves.map((_, half) => round(errorOf(halves[half], fit(half))))]))
const all = judge(pictures, 0.5)
// Photographs that nothing is judged on come first.
const curve = fitBeta(trained.length > 0 ? trained : all)
const map = betaMap(curve)
const cutOffs = halves.map(half => bestCutOff(half).cutOff)
const result = {
  date: new Date().toISOString().slice(0, 10),
  command: 'node bench/detector/calibrate.mjs --photographs FOLDER',
  boxedPictures: pictures.length,
  finds: all.length,
  trainingFinds: trained.length,
  eceOfBothHalves: errors,
  f1: {
    best: bestCutOff(pictures),
    // Found on one half, judged on the other.
    acrossHalves: cutOffs.map((cutOff, half) => ({ cutOff, f1: round(f1At(halves[1 - half], cutOff)) }))
  },
  fittedOn: trained.length > 0 ? 'photographs of one thing each' : 'the boxed pictures',
  curve: Object.fromEntries(Object.entries(curve).map(([name, value]) => [name, round(value)])),
  probabilityAtBest: round(map(bestCutOff(pictures).cutOff)),
  calibration: { raw: KNOTS, probability: KNOTS.map(raw => raw === 0 ? 0 : raw === 1 ? 1 : round(map(raw))) }
}
console.log(JSON.stringify(result, null, 1))
const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
writeFileSync(RESULTS, `${JSON.stringify({ ...before, [model]: result }, null, 2)}\n`)

async function boxedPictures () {
  const found = []
  for (const set of SETS) {
    for (const item of JSON.parse(readFileSync(new URL(`${set}/truth.json`, IMAGES), 'utf8')).items) {
      found.push({ truth: objectsOf(item), found: await findsIn(new URL(`${set}/${item.file}`, IMAGES)) })
    }
  }
  return found
}

// The best find of the thing is right, further ones say nothing (there may be two things), others are wrong.
async function trainingFinds (folder) {
  const finds = []
  for (const [path, things] of Object.entries(THINGS)) {
    for (const [name, thing] of Object.entries(things)) {
      const within = new URL(`${path}/${name}/`, folder)
      const files = readdirSync(within).sort()
      const step = Math.max(1, Math.floor(files.length / PER_FOLDER))
      for (const file of files.filter((_, index) => index % step === 0).slice(0, PER_FOLDER)) {
        let seen = false
        for (const find of await findsIn(new URL(file, within))) {
          const right = find.class === midOf(thing)
          if ((right && seen) || (!right && BESIDE.includes(find.class))) continue
          seen ||= right
          finds.push({ score: find.score, right })
        }
      }
    }
  }
  return finds
}

async function findsIn (file) {
  const { found } = await detector.detect(readFileSync(file), undefined, MIN_RAW)
  return found.map(({ classIndex, score, box }) => ({ class: mids[classIndex], score, box }))
}

// Over what counts for anybody: a probability of .05 and more.
function errorOf (pictures, map) {
  return calibrationError(judge(pictures, 0.5).map(({ score, right }) => ({ score: map(score), right })).filter(({ score }) => score >= 0.05))
}

function bestCutOff (pictures) {
  return CUT_OFFS.map(cutOff => ({ cutOff: round(cutOff), f1: round(f1At(pictures, cutOff)) })).reduce((best, other) => other.f1 > best.f1 ? other : best)
}

function f1At (pictures, cutOff) {
  return operatingPoint(pictures.map(({ truth, found }) => ({ truth, found: found.filter(({ score }) => score >= cutOff) }))).f1
}

function interpolated ({ raw, probability }) {
  return score => {
    const after = raw.findIndex(point => point >= score)
    if (after <= 0) return probability.at(after) ?? 1
    const share = (score - raw[after - 1]) / (raw[after] - raw[after - 1])
    return probability[after - 1] + share * (probability[after] - probability[after - 1])
  }
}

function round (value) {
  return Math.round(value * 1000) / 1000
}
