// Whether textDetection stands what a long life brings: so many pictures in a row through the running service, signs,
// receipts, handwriting and pages cut small, among them a blank one, noise, a strip and a single pixel; the memory and the
// threads of the process along the way. A picture that comes again is to be answered as before.
//   node bench/text-endurance.mjs [PICTURES]     1000 if not given; writes bench/results/text-endurance.json
// Needs ../shared/images; says so where they are absent.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { startService, temporaryFolder } from './eval/service.mjs'
import { createRandom } from './random.mjs'
import { factsOf } from './torture/process-facts.mjs'

const IMAGES = fileURLToPath(new URL('../../shared/images/', import.meta.url))
const RESULTS = fileURLToPath(new URL('results/text-endurance.json', import.meta.url))
const WORKERS = 2
// So much of a run for everything to have been loaded and grown to its size; flat is what does not grow from there on.
const WARM = 0.2
const SAMPLES = 25
// Left, top, width and height of what is cut out of each.
const CUTS = {
  ocr_icdar2015: { every: 6, left: 480, top: 180, width: 320, height: 200 },
  ocr_receipts: { every: 3, left: 100, top: 100, width: 360, height: 120 },
  ocr_handwriting: { every: 33, left: 0, top: 0, width: 400, height: 130 },
  ocr_misc: { every: 3, left: 0, top: 0, width: 300, height: 160 }
}

if (!existsSync(IMAGES)) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to ask.')
  process.exit(0)
}
const [count = 1000] = process.argv.slice(2).map(Number)
const pictures = [...await realPictures(), ...await emptyPictures()]
const folder = temporaryFolder()
const service = await startService({ dataDir: folder.path, env: { COMPUTE_MODELS: 'embedded', COMPUTE_CONCURRENCY: String(WORKERS) } })
const first = new Map()
const along = []
let different = 0
let failed = 0
try {
  const began = await service.cpuSeconds()
  for (let n = 0; n < count; n++) {
    const [name, bytes] = pictures[n % pictures.length]
    const answer = await service.ask('textDetection', { image: bytes }, {}).then(JSON.stringify, error => {
      failed++
      return String(error)
    })
    if (!first.has(name)) first.set(name, answer)
    else if (first.get(name) !== answer) different++
    if (n % Math.ceil(count / SAMPLES) === 0 || n === count - 1) {
      const { rssMB, threads, handles } = factsOf(service.pid)
      along.push({ pictures: n + 1, rssMB: Math.round(rssMB), threads, handles })
      console.log(JSON.stringify(along.at(-1)))
    }
  }
  const warm = along.filter(({ pictures }) => pictures >= WARM * count)
  const result = {
    date: new Date().toISOString().slice(0, 10),
    command: `node bench/text-endurance.mjs ${count}`,
    node: process.version,
    pictures: count,
    'different pictures': pictures.length,
    workers: WORKERS,
    'requests that failed': failed,
    'answers other than the first of that picture': different,
    'CPU ms of a picture': Math.round((await service.cpuSeconds() - began) * 1000 / count),
    'rssMB after a fifth': warm[0].rssMB,
    'rssMB at the end': warm.at(-1).rssMB,
    'threads, least and most after a fifth': [Math.min(...warm.map(({ threads }) => threads)), Math.max(...warm.map(({ threads }) => threads))],
    'words in the empty pictures': [...first].filter(([name, answer]) => name.startsWith('no text') && answer !== '{"textAnnotations":[]}').map(([name]) => name),
    along
  }
  console.log({ ...result, along: undefined })
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`)
} finally {
  await service.stop()
  folder.remove()
}

async function realPictures () {
  const pictures = []
  for (const [set, { every, ...cut }] of Object.entries(CUTS)) {
    const { items } = JSON.parse(readFileSync(`${IMAGES}${set}/truth.json`, 'utf8'))
    for (const { file } of items.filter((_, index) => index % every === 0)) {
      const { data, info } = await sharp(`${IMAGES}${set}/${file}`).autoOrient().toColourspace('srgb').resize({ width: 1280, height: 1280, fit: 'inside', withoutEnlargement: true }).toBuffer({ resolveWithObject: true })
      pictures.push([`${set}/${file}`, await sharp(data).extract(within(cut, info)).png({ compressionLevel: 1 }).toBuffer()])
    }
  }
  return pictures
}

function within ({ left, top, width, height }, picture) {
  const from = { left: Math.min(left, picture.width - 1), top: Math.min(top, picture.height - 1) }
  return { ...from, width: Math.min(width, picture.width - from.left), height: Math.min(height, picture.height - from.top) }
}

async function emptyPictures () {
  const random = createRandom(2654435761)
  const of = (width, height, level) => sharp(Uint8Array.from({ length: 3 * width * height }, level), { raw: { width, height, channels: 3 } })
  return [
    ['no text: blank', await of(400, 300, () => 200).png().toBuffer()],
    ['no text: noise', await of(300, 200, () => 256 * random()).png().toBuffer()],
    ['no text: soft noise', await of(300, 200, () => 256 * random()).blur(4).png().toBuffer()],
    ['no text: strip of noise', await of(400, 40, () => 256 * random()).png().toBuffer()],
    ['no text: strip of soft noise', await of(400, 40, () => 256 * random()).blur(3).normalise().png().toBuffer()],
    ['no text: one pixel', await of(1, 1, () => 128).png().toBuffer()]
  ]
}
