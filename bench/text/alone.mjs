// How each reader does by itself on the lines that are found, and Tesseract on whole pictures, by the scores of the
// evaluation: what the fused reader is shown beside. Words of handwriting are kept from .5 on, of print from .8, as in the service.
import { readFileSync } from 'node:fs'
import { createLineDetector } from '../../dist/engines/text/line-detector.js'
import { createLineRecogniser } from '../../dist/engines/text/line-recogniser.js'
import { createTesseractReader } from '../../dist/engines/text/tesseract-reader.js'
import { createTextReader } from '../../dist/engines/text-reader.js'
import { writePage } from '../../dist/services/text-annotations.js'
import { openLineDetector, openLineRecogniser } from '../../dist/services/text-nets.js'
import sets from '../eval/sets/text.mjs'
import { IMAGES, greyOf, makeParts } from './parts.mjs'
import { cliVersion, readWithCli } from './tesseract-cli.mjs'

const HANDWRITING = 'text-handwriting'
const PICTURES_OF_OURS = 'bench/'
const ROOT = new URL('../../', import.meta.url)
const MAX_SIDE = 4096
// Handwriting is read slowly by six ways: every so many pictures.
const EVERY = { 'text-handwriting': 8 }
// Those that the fused reader is to be shown beside.
const SETS = new Set(['text-signs', 'text-receipts', 'text-pages', 'text-handwriting'])

/** Figures by set and reader. */
export async function alone () {
  const parts = await makeParts()
  const version = cliVersion()
  const figures = {}
  for (const set of sets.filter(({ name }) => SETS.has(name))) {
    const folder = set.folder.startsWith(PICTURES_OF_OURS) ? new URL(`${set.folder}/`, ROOT).pathname : `${IMAGES}${set.folder}/`
    const { items } = JSON.parse(readFileSync(`${folder}truth.json`, 'utf8'))
    const answered = new Map()
    for (const item of items.filter((_, index) => index % (EVERY[set.name] ?? 1) === 0)) {
      for (const [reader, content] of Object.entries(await readEachWay(folder + item.file, { parts, withCli: version !== undefined, isHandwriting: set.name === HANDWRITING }))) {
        if (!answered.has(reader)) answered.set(reader, [])
        answered.get(reader).push({ truth: item, usual: content })
      }
    }
    figures[set.name] = Object.fromEntries([...answered].map(([reader, answers]) => [reader, mapValues(set.score(answers), value => Math.round(value * 1000) / 1000)]))
    console.log(set.name, figures[set.name])
  }
  await parts.close()
  return { commandLine: version ?? 'not installed', figures }
}

// The lines are found once and read once by each.
async function readEachWay (file, { parts, withCli, isHandwriting }) {
  const { decoder, models, pool, tesseract, work: { signal } } = parts
  const detector = createLineDetector(pool, openLineDetector(models))
  const image = await decoder.decode(readFileSync(file), { size: { width: MAX_SIDE, height: MAX_SIDE, fit: 'inside' }, alpha: 'flatten' }, signal)
  const small = await decoder.resize(image, detector.sizeFor(image.original))
  const lines = await detector.detect(small)
  const asOnly = words => ({ general: words, latin: isHandwriting ? words : [] })
  const bothNets = onlyOnce(createLineRecogniser(pool, openLineRecogniser(models)).read)
  const byTesseract = createTesseractReader(tesseract)
  const readers = {
    'v4 alone': { read: async (...line) => asOnly((await bothNets(...line)).general) },
    'own reader alone': { read: async (...line) => asOnly((await bothNets(...line)).latin) },
    'tesseract.js on our lines': { read: async (...line) => asOnly(await byTesseract(...line)) }
  }
  const contents = {}
  for (const [name, recogniser] of Object.entries(readers)) {
    const reader = createTextReader({ detector: { ...detector, detect: async () => lines }, recogniser, tesseract: undefined, maxLines: Infinity })
    const page = await reader.read(image, small, { spread: oneByOne, mayLackAccents: async () => false })
    contents[name] = writePage(page, { ...image.original, locale: undefined, fullText: false })
  }
  contents['tesseract.js, whole page'] = pageContent(await tesseract.read(greyOf(image), 'page'), image)
  if (withCli) for (const psm of [3, 11]) contents[`tesseract command line, psm ${psm}`] = (await readWithCli(file, psm)).content
  return contents
}

function onlyOnce (read) {
  const known = new Map()
  return async (image, quad) => {
    const key = JSON.stringify(quad)
    if (!known.has(key)) known.set(key, await read(image, quad))
    return known.get(key)
  }
}

async function oneByOne (items, work) {
  const results = []
  for (const item of items) results.push(await work(item))
  return results
}

function pageContent (lines, { width, original }) {
  const scale = original.width / width
  const words = lines.flatMap(line => line.words)
  if (words.length === 0) return { textAnnotations: [] }
  return {
    textAnnotations: [
      { description: lines.map(line => `${line.words.map(word => word.text).join(' ')}\n`).join('') },
      ...words.map(({ text, bbox: { x0, y0, x1, y1 } }) => ({
        description: text,
        boundingPoly: { vertices: [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(([x, y]) => ({ y: Math.round(y * scale), x: Math.round(x * scale) })) }
      }))
    ]
  }
}

function mapValues (object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}
