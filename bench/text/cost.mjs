// CPU time of textDetection, in interleaved rounds with what it is held against.
import { readFileSync, readdirSync } from 'node:fs'
import { createLineDetector } from '../../dist/engines/text/line-detector.js'
import { createDetectText } from '../../dist/services/detect-text.js'
import { openLineDetector } from '../../dist/services/text-nets.js'
import { IMAGES, cpuMs, greyOf, makeParts } from './parts.mjs'
import { cliVersion, readWithCli } from './tesseract-cli.mjs'

const PHOTOGRAPHS = 'ocr_icdar2015/images/'
const EVERY = 3
const PAGE = 'ocr_misc/images/8071_093.3B.tif'

/** Photographs of signs beside the detector's net on the same picture. */
export async function photographs ({ rounds }) {
  const files = readdirSync(IMAGES + PHOTOGRAPHS).sort().filter((_, index) => index % EVERY === 0).map(name => IMAGES + PHOTOGRAPHS + name)
  const parts = await makeParts()
  const { net, input, output } = openLineDetector(parts.models)
  const { sizeFor } = createLineDetector(parts.pool, { net, input, output })
  const detect = createDetectText(parts)
  const detectorAlone = async bytes => {
    const { original } = await parts.decoder.decode(bytes, { alpha: 'flatten' }, parts.work.signal)
    const { width, height } = sizeFor(original)
    const feeds = { [input.name]: { data: new Float32Array(3 * width * height), dims: [1, 3, height, width] } }
    const before = cpuMs()
    await parts.pool.run(net, feeds, [output])
    return cpuMs() - before
  }
  const pictures = await interleaved(files, rounds, parts, { whole: bytes => detect(bytes, {}, parts.work), detectorAlone })
  await parts.close()
  const [whole, detector] = ['whole', 'detectorAlone'].map(name => sum(pictures.map(picture => picture[name])))
  const ratios = pictures.map(picture => picture.whole / picture.detectorAlone).sort((a, b) => a - b)
  return {
    pictures: files.length,
    rounds,
    cpuMsOfAPicture: round(whole / files.length),
    cpuMsOfTheDetectorAlone: round(detector / files.length),
    ratio: hundredths(whole / detector),
    'median of the pictures\' ratios': hundredths(ratios[ratios.length >> 1]),
    'most of a picture': hundredths(ratios.at(-1)),
    'ratio asked': '<= 4',
    parts: partsOf(pictures)
  }
}

/** A dense page in two columns beside Tesseract's command line. */
export async function page ({ rounds }) {
  const parts = await makeParts()
  const detect = createDetectText(parts)
  const version = cliVersion()
  const image = await parts.decoder.decode(readFileSync(IMAGES + PAGE), { alpha: 'flatten' }, parts.work.signal)
  const ways = {
    whole: bytes => detect(bytes, {}, parts.work),
    'tesseract.js, whole page': async () => { await parts.tesseract.read(greyOf(image), 'page') },
    ...(version !== undefined && { 'Tesseract, fra+eng': async () => (await readWithCli(IMAGES + PAGE, 3)).cpuMs, 'Tesseract, eng': async () => (await readWithCli(IMAGES + PAGE, 3, 'eng')).cpuMs })
  }
  const [figures] = await interleaved([IMAGES + PAGE], rounds, parts, ways)
  await parts.close()
  const beside = Object.keys(ways).filter(name => name !== 'whole')
  return {
    page: '8071_093.3B of the tests of Tesseract, 3312 x 2550 pixels, two columns, 3,831 characters',
    commandLine: version ?? 'not installed',
    rounds,
    cpuMs: round(figures.whole),
    ...Object.fromEntries(beside.map(name => [`cpuMs of ${name}`, round(figures[name])])),
    ...Object.fromEntries(beside.map(name => [`ratio to ${name}`, hundredths(figures.whole / figures[name])])),
    'ratio asked': '<= 1.6',
    parts: partsOf([figures])
  }
}

// Medians over rounds for each picture, after one that counts for nothing. A way that gives a number has measured itself.
async function interleaved (files, rounds, parts, ways) {
  const pictures = files.map(file => ({ bytes: readFileSync(file), times: Object.fromEntries(Object.keys(ways).map(name => [name, []])), spent: [] }))
  for (let turn = -1; turn < rounds; turn++) {
    for (const { bytes, times, spent } of pictures) {
      for (const [name, run] of Object.entries(ways)) {
        for (const part of Object.keys(parts.spent)) delete parts.spent[part]
        const before = cpuMs()
        const own = await run(bytes)
        const ms = typeof own === 'number' ? own : cpuMs() - before
        if (turn < 0) continue
        times[name].push(ms)
        if (name === 'whole') spent.push({ ...parts.spent })
      }
    }
  }
  return pictures.map(({ times, spent }) => ({
    ...Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])),
    spent: Object.fromEntries([...new Set(spent.flatMap(Object.keys))].map(part => [part, median(spent.map(parts => parts[part] ?? 0))]))
  }))
}

function partsOf (pictures) {
  const names = new Set(pictures.flatMap(({ spent }) => Object.keys(spent)))
  return Object.fromEntries([...names].map(name => [name, round(sum(pictures.map(({ spent }) => spent[name] ?? 0)) / pictures.length)]))
}

function median (values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function sum (values) {
  return values.reduce((total, value) => total + value, 0)
}

function round (value) {
  return Math.round(value)
}

function hundredths (value) {
  return Math.round(value * 100) / 100
}
