// How good and how fast colorPalette is, beside what others use: the mean CIEDE2000 of a picture's pixels to the nearest
// colour of its palette. "ours" is what the service answers to the file's bytes.
//   npm run bench:palette     about four minutes; writes bench/results/palette-quality.json
// The pictures are not part of this repository.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MMCQ } from '@vibrant/quantizer-mmcq'
import { getPalette } from 'colorthief'
import { Vibrant } from 'node-vibrant/node'
import sharp from 'sharp'

const IMAGES = new URL('../../shared/images/', import.meta.url)
const RESULTS = new URL('results/palette-quality.json', import.meta.url)
const DIST = new URL('../dist/', import.meta.url)

// How many pictures of each set, evenly spread over its file names. Nothing was tuned on those held out.
const TUNED_ON = {
  det_coco_val2017: 46,
  sal_osie: 40,
  cls_imagenet_sample: 40,
  cls_openimages: 33,
  cls_grocery: 24,
  distance: 20,
  ocr_icdar2015: 16,
  sal_scene500: 16,
  palette: 9
}
const HELD_OUT = { det_voc_indoor: 22, det_raccoon: 10, differences_pcb: 14, ocr_handwriting: 14 }

// Palettes are judged on this many pixels, evenly spread over the picture at no more than this size.
const JUDGED_SIDE_PX = 1024
const JUDGED_PIXELS = 12_000
const FAR = 15

const MAX_COLORS = 8
const KMEANS_RESTARTS = 5
const KMEANS_ROUNDS = 25

if (!existsSync(IMAGES)) {
  console.log('bench/palette-quality: skipped, the pictures (../shared/images beside the repository) are not here')
  process.exit(0)
}
if (!existsSync(DIST)) {
  console.error('bench/palette-quality: no compiled code, run `npm run build` first')
  process.exit(1)
}
const compiled = name => import(new URL(name, DIST).href)
const { computePalette, PALETTE_WORKING_SIDE_PX } = await compiled('engines/palette.js')
const { deltaE2000, labFromSrgb } = await compiled('imaging/color-difference.js')
const { createFindPalette } = await compiled('services/color-palette.js')
const { createImageDecoder } = await compiled('intake/decode-image.js')
sharp.concurrency(1)
sharp.cache(false)
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
const findPalette = createFindPalette(decoder)
const work = { signal: new AbortController().signal, stage: async (_, run) => run() }

const PEERS = {
  'k-means in CIELAB, as many colours as ours': ({ judged, ours }) => kMeansPalette(judged.labs, ours.length),
  'k-means in CIELAB, 8 colours': ({ judged }) => kMeansPalette(judged.labs, MAX_COLORS),
  'colorthief, defaults, 8 colours': ({ rgba }) => thief(rgba, {}),
  'colorthief, every pixel, white too, OKLCH': ({ rgba }) => thief(rgba, { quality: 1, ignoreWhite: false }),
  'colorthief, every pixel, white too, RGB': ({ rgba }) => thief(rgba, { quality: 1, ignoreWhite: false, colorSpace: 'rgb' }),
  'node-vibrant, its swatches': async ({ png }) =>
    Object.values(await Vibrant.from(png).getPalette()).filter(Boolean).map(swatch => swatch.rgb.map(Math.round)),
  'node-vibrant, all of its quantiser, 8 colours': ({ rgba }) => MMCQ(rgba.data, { colorCount: MAX_COLORS }).map(swatch => swatch.rgb.map(Math.round))
}

const SHRINKING = [
  [64, 'lanczos3'], [128, 'lanczos3'], [128, 'mitchell'], [128, 'nearest'], [256, 'lanczos3'], [256, 'mitchell'],
  [256, 'nearest'], [512, 'lanczos3'], [512, 'nearest']
]

const pictures = Object.entries({ ...TUNED_ON, ...HELD_OUT }).flatMap(([set, count]) => pick(set, count))
const rows = []
for (const picture of pictures) rows.push(await compare(picture))
const summary = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  command: 'node bench/palette-quality.mjs',
  pictures: rows.length,
  judgedPixelsEach: JUDGED_PIXELS,
  all: summarise(rows),
  heldOut: summarise(rows.filter(row => row.set in HELD_OUT)),
  sets: Object.fromEntries(Object.keys({ ...TUNED_ON, ...HELD_OUT }).map(set => [set, summarise(rows.filter(row => row.set === set))])),
  exactPictures: await checkExact(),
  shrinking: await compareShrinking(rows.filter((_, i) => i % 3 === 0)),
  speed: await measureSpeed()
}
print(summary)
writeFileSync(RESULTS, JSON.stringify(summary, null, 2) + '\n')
await decoder.close()

function pick (set, count) {
  const folder = new URL(`${set}/images/`, IMAGES)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).sort()
  const taken = Math.min(count, names.length)
  return Array.from({ length: taken }, (_, i) => ({ set, file: fileURLToPath(new URL(names[Math.floor(i * names.length / taken)], folder)) }))
}

/** The service's rows [red, green, blue, percent]. */
async function serve (file) {
  return (await findPalette(readFileSync(file), work)).colors
}

async function shrink (file, side, kernel) {
  const { data, info } = await sharp(file, { autoOrient: true })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true, kernel })
    .toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels, original: info }
}

async function compare ({ set, file }) {
  const { data, info } = await sharp(file, { autoOrient: true })
    .resize({ width: JUDGED_SIDE_PX, height: JUDGED_SIDE_PX, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const rgba = { data: new Uint8Array(data), width: info.width, height: info.height }
  const judged = judgedPixels(rgba)
  const ours = (await serve(file)).map(row => row.slice(0, 3))
  const png = await sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } }).png({ compressionLevel: 1 }).toBuffer()
  const scores = { ours: judge(ours, judged) }
  for (const [name, find] of Object.entries(PEERS)) scores[name] = judge(await find({ rgba, judged, ours, png }), judged)
  return { set, file, judged, scores }
}

function rgbOf (palette) {
  return palette.map(({ red, green, blue }) => [red, green, blue])
}

function judgedPixels ({ data, width, height }) {
  const step = Math.max(1, Math.floor(width * height / JUDGED_PIXELS))
  const labs = []
  for (let at = 0; at < data.length; at += step * 4) {
    if (data[at + 3] >= 128) labs.push(labFromSrgb(data[at], data[at + 1], data[at + 2]))
  }
  return { labs }
}

/** Undefined where the peer found no colour. */
function judge (palette, { labs }) {
  const colors = palette.filter(rgb => rgb.every(Number.isFinite)).map(rgb => labFromSrgb(...rgb))
  if (colors.length === 0) return undefined
  let sum = 0
  let far = 0
  for (const lab of labs) {
    let nearest = Infinity
    for (const color of colors) {
      // No lightness weight of CIEDE2000 is above 1.75, so a colour this much lighter or darker cannot be nearer.
      if (Math.abs(color.lightness - lab.lightness) > nearest * 1.75) continue
      nearest = Math.min(nearest, deltaE2000(lab, color))
    }
    sum += nearest
    if (nearest > FAR) far++
  }
  return { mean: sum / labs.length, far: far / labs.length, colors: colors.length }
}

async function thief (rgba, options) {
  const palette = await getPalette(Buffer.alloc(0), { colorCount: MAX_COLORS, loader: { load: async () => rgba }, ...options })
  return palette.map(color => color.array().map(value => Math.min(255, Math.max(0, Math.round(value)))))
}

/** k-means++ and Lloyd on the judged pixels themselves, the best of several seeded starts: a peer that saw the answers. */
function kMeansPalette (labs, count) {
  const points = labs.map(({ lightness, a, b }) => [lightness, a, b])
  let state = 12345
  const random = () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
  const square = (p, q) => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2
  let best = { cost: Infinity, centers: [] }
  for (let start = 0; start < KMEANS_RESTARTS; start++) {
    const centers = [points[Math.floor(random() * points.length)]]
    const squares = points.map(point => square(point, centers[0]))
    while (centers.length < count) {
      let left = random() * squares.reduce((sum, value) => sum + value, 0)
      const next = points[Math.max(0, squares.findIndex(value => (left -= value) < 0))]
      centers.push(next)
      points.forEach((point, i) => { squares[i] = Math.min(squares[i], square(point, next)) })
    }
    let cost = Infinity
    for (let round = 0; round < KMEANS_ROUNDS; round++) {
      const sums = centers.map(() => [0, 0, 0, 0])
      let total = 0
      for (const point of points) {
        let label = 0
        let nearest = Infinity
        for (let i = 0; i < centers.length; i++) {
          const value = square(point, centers[i])
          if (value < nearest) {
            nearest = value
            label = i
          }
        }
        total += nearest
        const sum = sums[label]
        sum[0] += point[0]
        sum[1] += point[1]
        sum[2] += point[2]
        sum[3]++
      }
      sums.forEach((sum, i) => { if (sum[3] > 0) centers[i] = [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3]] })
      const settled = cost - total < 1e-4 * total
      cost = total
      if (settled) break
    }
    if (cost < best.cost) best = { cost, centers }
  }
  return best.centers.map(srgbFromLab)
}

function srgbFromLab ([lightness, a, b]) {
  const y = (lightness + 16) / 116
  const [x1, y1, z1] = [y + a / 500, y, y - b / 200].map(t => t ** 3 > 216 / 24389 ? t ** 3 : (116 * t - 16) / (24389 / 27))
  const [x, z] = [x1 * 0.95047, z1 * 1.08883]
  return [
    3.2404542 * x - 1.5371385 * y1 - 0.4985314 * z,
    -0.969266 * x + 1.8760108 * y1 + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y1 + 1.0572252 * z
  ].map(light => {
    const v = Math.min(1, Math.max(0, light))
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055))
  })
}

function summarise (some) {
  return {
    pictures: some.length,
    ours: figures(some.map(row => row.scores.ours)),
    peers: Object.fromEntries(Object.keys(PEERS).map(name => {
      const answered = some.filter(row => row.scores[name] !== undefined)
      const asGood = answered.filter(row => row.scores.ours.mean <= row.scores[name].mean + 1e-6)
      return [name, {
        ...figures(answered.map(row => row.scores[name])),
        oursAtLeastAsGood: round(asGood.length / answered.length),
        withoutAnswer: some.length - answered.length
      }]
    }))
  }
}

function figures (scores) {
  return {
    meanDeltaE2000: round(mean(scores.map(score => score.mean))),
    pixelsFartherThan15: round(mean(scores.map(score => score.far)), 4),
    medianColors: median(scores.map(score => score.colors))
  }
}

/** The pictures of known colours: each colour of 5 % or more must be there within ΔE2000 5 and 5 percent points. */
async function checkExact () {
  const truth = new URL('palette/truth.json', IMAGES)
  if (!existsSync(truth)) return []
  const items = JSON.parse(readFileSync(truth, 'utf8')).items.filter(item => item.kind.startsWith('exact'))
  return Promise.all(items.map(async item => {
    const palette = await serve(fileURLToPath(new URL(`palette/${item.file}`, IMAGES)))
    const passes = item.truth.filter(color => color.share >= 0.05).every(({ rgba: [red, green, blue], share }) =>
      palette.some(row => deltaE2000(labFromSrgb(...row.slice(0, 3)), labFromSrgb(red, green, blue)) <= 5 &&
        Math.abs(row[3] / 100 - share) <= 0.05))
    return { file: item.file.split('/').pop(), passes, colors: palette.length }
  }))
}

async function compareShrinking (some) {
  const answer = []
  for (const [side, kernel] of SHRINKING) {
    const scores = []
    for (const { file, judged } of some) scores.push(judge(rgbOf(computePalette(await shrink(file, side, kernel))), judged))
    const photo = await twoMegapixels()
    const decodeMs = await cpuMs(20, () => shrink(photo, side, kernel))
    answer.push({ side, kernel, pictures: some.length, ...figures(scores), decodeCpuMs2Megapixels: round(decodeMs, 2) })
  }
  return answer
}

/** A photograph, enlarged where it must be, as a JPEG of 1633 x 1225 pixels. */
async function twoMegapixels () {
  const { file } = pictures.find(picture => picture.set === 'det_coco_val2017') ?? pictures[0]
  return sharp(file).resize(1633, 1225, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer()
}

async function measureSpeed () {
  const photo = await twoMegapixels()
  const size = { width: PALETTE_WORKING_SIDE_PX, height: PALETTE_WORKING_SIDE_PX, fit: 'inside', kernel: 'nearest' }
  const decode = bytes => decoder.decode(bytes, { size, alpha: 'keep' }, work.signal)
  const images = [await decode(photo)]
  const photos = pictures.filter(picture => picture.set === 'det_coco_val2017' || picture.set === 'sal_osie')
  for (const { file } of photos) images.push(await decode(readFileSync(file)))
  for (let warm = 0; warm < 10; warm++) images.forEach(image => computePalette(image))
  const each = []
  for (const image of images) each.push(await cpuMs(15, () => computePalette(image)))
  return {
    decodeCpuMs: round(await cpuMs(30, () => decode(photo)), 2),
    paletteCpuMsOfThatPhoto: round(each[0], 2),
    paletteCpuMsMedian: round(median(each), 2),
    paletteCpuMsWorst: round(Math.max(...each), 2),
    pictures: images.length
  }
}

/** CPU time of one run, user and system: the median of several. */
async function cpuMs (runs, work) {
  const times = []
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1000)
  }
  return median(times)
}

function print ({ all, heldOut, sets, exactPictures, shrinking, speed }) {
  const head = '| palette | mean ΔE2000 | ours at least as good | pixels farther than 15 | median colours |\n|---|---|---|---|---|'
  const line = (name, { meanDeltaE2000, oursAtLeastAsGood, pixelsFartherThan15, medianColors, withoutAnswer }) =>
    `| ${name}${withoutAnswer > 0 ? ` (no answer to ${withoutAnswer})` : ''} | ${meanDeltaE2000} | ${oursAtLeastAsGood === undefined ? '' : `${Math.round(oursAtLeastAsGood * 100)} %`} | ${(pixelsFartherThan15 * 100).toFixed(1)} % | ${medianColors} |`
  for (const [title, part] of [['All pictures', all], ['Held out of tuning', heldOut]]) {
    console.log(`\n${title} (${part.pictures})\n\n${head}`)
    console.log(line('**ours**', part.ours))
    for (const [name, peer] of Object.entries(part.peers)) console.log(line(name, peer))
  }
  const names = Object.keys(PEERS)
  console.log(`\nBy set, mean ΔE2000\n\n| set | n | ours | ${names.join(' | ')} |\n|---|---|---|${names.map(() => '---|').join('')}`)
  for (const [set, part] of Object.entries(sets)) {
    const cells = names.map(name => part.peers[name].meanDeltaE2000).map(value => value < part.ours.meanDeltaE2000 ? `**${value}**` : value)
    console.log(`| ${set}${set in HELD_OUT ? ' (held out)' : ''} | ${part.pictures} | ${part.ours.meanDeltaE2000} | ${cells.join(' | ')} |`)
  }
  console.log('\nShrinking\n\n| longer side | kernel | mean ΔE2000 | decode of 2 MP, CPU ms |\n|---|---|---|---|')
  for (const row of shrinking) console.log(`| ${row.side} | ${row.kernel} | ${row.meanDeltaE2000} | ${row.decodeCpuMs2Megapixels} |`)
  console.log(`\nPictures of known colours: ${exactPictures.map(({ file, passes }) => `${file} ${passes ? 'passes' : 'FAILS'}`).join(', ')}`)
  console.log(`\nCPU: decode of a 2-megapixel JPEG ${speed.decodeCpuMs} ms, its palette ${speed.paletteCpuMsOfThatPhoto} ms; over ${speed.pictures} photographs median ${speed.paletteCpuMsMedian} ms, worst ${speed.paletteCpuMsWorst} ms`)
}

function mean (values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function median (values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function round (value, digits = 3) {
  return Number(value.toFixed(digits))
}
