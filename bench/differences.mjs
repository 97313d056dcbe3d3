// Quality and cost of imagesDifferences' engine, beside other ways to compare pictures.
//   node bench/differences.mjs [photographs]      needs ../shared/images; says so where they are absent
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import pixelmatch from 'pixelmatch'
import sharp from 'sharp'
import { alignBySize, createPyramid, inPixels } from '../dist/engines/differences/align.js'
import { compare } from '../dist/engines/differences/compare.js'
import { greyPlane } from '../dist/imaging/shrink.js'
import { createScratch } from '../dist/imaging/scratch.js'
import { warpRgb } from '../dist/imaging/warp.js'
import { figuresOf, judgeBoard, judgePainted, total } from './differences/boxes.mjs'
import { NUISANCES, PROMISED, boxOf, boxUnder, decode, paintPair, seededRandom } from './differences/painted-edits.mjs'
import { PEERS } from './differences/peers.mjs'

const IMAGES = new URL('../../shared/images/', import.meta.url)
// Photographs and seeds that nothing was tuned on.
const PHOTOGRAPHS = 'sal_scene500'
const FIRST_SEED = 9000
const EDITS = 4
const photographs = Number(process.argv[2] ?? 8)
// Each photograph meets so many of the nuisances, in turn.
const NUISANCES_EACH = 5

if (!existsSync(new URL(`${PHOTOGRAPHS}/truth.json`, IMAGES))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}

const scratch = createScratch(96e6)
function differences (first, second) {
  const ask = register => {
    try {
      return compare(first, second, scratch, register)
    } finally {
      scratch.reset()
    }
  }
  const found = ask(undefined)
  // Without the OpenCV threads: what features could add is not measured here.
  return ('bySize' in found ? ask({ bySize: found.bySize, byFeatures: undefined }) : found).differences
}

/** The second picture in the first's frame, by our alignment. */
function aligned (first, second) {
  const { map } = alignBySize(createPyramid(greyPlane(first), greyPlane(second), scratch))
  return warpRgb(second, inPixels(map, first, second), first.width, first.height).image
}

const cpuMs = async work => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const boxes = found => found.map(({ first }) => first.box)
const truthOf = name => JSON.parse(readFileSync(new URL(`${name}/truth.json`, IMAGES), 'utf8')).items

async function painted () {
  const folder = new URL(`${PHOTOGRAPHS}/images/`, IMAGES)
  const files = readdirSync(folder).filter(name => /\.jpe?g$/i.test(name)).slice(0, photographs)
  const inPlace = []
  const under = []
  const inSecond = []
  const alone = []
  const byNuisance = {}
  const hard = {}
  for (const [index, file] of files.entries()) {
    const photo = await decode(await sharp(readFileSync(new URL(file, folder))).resize(1024, 1024, { fit: 'inside', withoutEnlargement: true }).toBuffer())
    const seed = FIRST_SEED + index
    const { first, second, truth } = await paintPair(photo, seed, EDITS)
    const trueBoxes = truth.map(({ mask }) => boxOf(mask, photo.width, photo.height))
    inPlace.push(judgePainted(trueBoxes, boxes(differences(first, second))))
    const others = Object.keys(NUISANCES).filter(name => !PROMISED.includes(name))
    const promised = PROMISED.filter(name => name !== 'none')
    const names = [...Array.from({ length: NUISANCES_EACH }, (_, i) => promised[(index * NUISANCES_EACH + i) % promised.length]), others[index % others.length]]
    for (const name of names) {
      const changed = await NUISANCES[name](second, seededRandom(seed))
      const found = differences(first, changed.image)
      const seen = truth.flatMap(({ mask }, i) => {
        const box = boxUnder(mask, photo, changed)
        return box === undefined ? [] : [{ one: trueBoxes[i], two: box }]
      })
      const judged = judgePainted(seen.map(({ one }) => one), boxes(found))
      const clean = differences(photo, (await NUISANCES[name](photo, seededRandom(seed))).image).length === 0
      if (PROMISED.includes(name)) {
        under.push(judged)
        inSecond.push(judgePainted(seen.map(({ two }) => two), found.map(({ second }) => second.box)))
        alone.push(clean)
      }
      const entry = (PROMISED.includes(name) ? byNuisance : hard)[name] ??= { judged: [], clean: [] }
      entry.judged.push(judged)
      entry.clean.push(clean)
    }
  }
  const share = list => Math.round(list.filter(Boolean).length / list.length * 1000) / 1000
  const table = entries => Object.fromEntries(Object.entries(entries).map(([name, { judged, clean }]) => [name, { pairs: judged.length, ...figuresOf(total(judged)), clean: share(clean) }]))
  return {
    photographs: files.length,
    inPlace: figuresOf(total(inPlace)),
    underNuisance: { pairs: under.length, ...figuresOf(total(under)), boxIouInSecond: figuresOf(total(inSecond)).boxIou },
    nuisanceAlone: { pairs: alone.length, clean: share(alone) },
    byNuisance: table(byNuisance),
    harder: table(hard)
  }
}

async function boards () {
  const rows = { ours: [] }
  for (const item of truthOf('differences_pcb')) {
    const first = await decode(readFileSync(new URL(`differences_pcb/${item.image1}`, IMAGES)))
    const second = await decode(readFileSync(new URL(`differences_pcb/${item.image2}`, IMAGES)))
    const truth = item.areas.map(({ bbox_xyxy: [left, top, right, bottom] }) => ({ x: left, y: top, width: right - left, height: bottom - top }))
    rows.ours.push(judgeBoard(truth, boxes(differences(first, second))))
    const registered = aligned(first, second)
    for (const [name, peer] of Object.entries(PEERS)) {
      (rows[name] ??= []).push(judgeBoard(truth, await peer(first, second)));
      (rows[`${name}, our alignment`] ??= []).push(judgeBoard(truth, await peer(first, registered)))
    }
  }
  return Object.fromEntries(Object.entries(rows).map(([name, judged]) => [name, figuresOf(total(judged))]))
}

// Less is a crumb of JPEG in the truth of one pair.
const LEAST_TRUE_PX = 64

async function regressions () {
  const judged = []
  let identicalClean = true
  for (const item of truthOf('differences')) {
    const first = await decode(readFileSync(new URL(`differences/${item.image1}`, IMAGES)))
    const second = await decode(readFileSync(new URL(`differences/${item.image2}`, IMAGES)))
    const found = boxes(differences(first, second))
    if (item.identical) {
      identicalClean &&= found.length === 0
      continue
    }
    const truth = item.areas_gt32.map(([x, y, width, height]) => ({ x, y, width, height })).filter(({ width, height }) => width * height >= LEAST_TRUE_PX)
    const covers = (box, { x, y, width, height }) => {
      const across = Math.min(box.x + box.width, x + width) - Math.max(box.x, x)
      const down = Math.min(box.y + box.height, y + height) - Math.max(box.y, y)
      const middleX = x + width / 2
      const middleY = y + height / 2
      return (across > 0 && down > 0 && across * down >= width * height / 2) || (middleX >= box.x && middleX <= box.x + box.width && middleY >= box.y && middleY <= box.y + box.height)
    }
    const differs = ({ x, y, width, height }) => {
      for (let v = y; v < y + height; v++) for (let at = (v * first.width + x) * 3; at < (v * first.width + x + width) * 3; at++) if (first.data[at] !== second.data[at]) return true
      return false
    }
    judged.push({ true: truth.length, found: truth.filter(box => found.some(other => covers(other, box))).length, overlap: 0, returned: found.length, right: found.filter(differs).length })
  }
  return { ...figuresOf(total(judged)), identicalClean }
}

function screenshot (width, height) {
  const lines = Array.from({ length: Math.floor(height / 21) }, (_, i) => `<text x="20" y="${20 + i * 21}" font-family="DejaVu Sans" font-size="15">${'Lorem ipsum dolor sit amet consectetur '.repeat(6)}</text>`)
  return decode(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${lines.join('')}</svg>`))
}

async function onePixel () {
  const page = await screenshot(1000, 700)
  const random = seededRandom(77)
  let found = 0
  const tries = 40
  for (let i = 0; i < tries; i++) {
    const at = random.whole(0, page.width * page.height - 1)
    const changed = { ...page, data: Uint8Array.from(page.data) }
    changed.data[at * 3 + random.whole(0, 2)] ^= random.pick([8, 32, 128])
    const [area, ...more] = boxes(differences(page, changed))
    if (more.length === 0 && area?.x === at % page.width && area.y === Math.floor(at / page.width) && area.width === 1 && area.height === 1) found++
  }
  return { pairs: tries, found: found / tries }
}

const median = values => [...values].sort((a, b) => a - b)[values.length >> 1]

async function speed () {
  const page = await screenshot(1920, 1080)
  const changed = { ...page, data: Uint8Array.from(page.data) }
  for (let i = 0; i < 3000; i++) changed.data[(400 * page.width + (i % 60) + 700 + Math.floor(i / 60) * page.width) * 3] ^= 0x60
  const rgba = ({ data, width, height }) => Uint8Array.from({ length: width * height * 4 }, (_, i) => i % 4 === 3 ? 255 : data[(i >> 2) * 3 + i % 4])
  const ofPage = [rgba(page), rgba(changed)]
  const out = new Uint8Array(ofPage[0].length)
  const photo = await decode(await sharp(readFileSync(new URL(`${PHOTOGRAPHS}/images/${readdirSync(new URL(`${PHOTOGRAPHS}/images/`, IMAGES))[0]}`, IMAGES))).resize(1024, 768, { fit: 'cover' }).toBuffer())
  const moved = await NUISANCES['light, shift, JPEG 75'](photo, seededRandom(1))
  const ofPhoto = [rgba(photo), rgba(moved.image)]
  const times = { exact: [], pixelmatchPage: [], tolerant: [], pixelmatchPhoto: [] }
  for (let round = 0; round < 9; round++) {
    times.exact.push(await cpuMs(() => differences(page, changed)))
    times.pixelmatchPage.push(await cpuMs(() => pixelmatch(...ofPage, out, page.width, page.height, { threshold: 0.1 })))
    times.tolerant.push(await cpuMs(() => differences(photo, moved.image)))
    times.pixelmatchPhoto.push(await cpuMs(() => pixelmatch(...ofPhoto, out.subarray(0, ofPhoto[0].length), photo.width, photo.height, { threshold: 0.1 })))
  }
  const ms = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, Math.round(median(list.slice(3)))]))
  return { cpuMs: ms, exactOverPixelmatch: Math.round(ms.exact / ms.pixelmatchPage * 10) / 10, tolerantOverPixelmatch: Math.round(ms.tolerant / ms.pixelmatchPhoto * 10) / 10 }
}

const results = { date: new Date().toISOString().slice(0, 10), command: `node bench/differences.mjs ${photographs}`, node: process.version }
for (const [name, measure] of Object.entries({ speed, onePixel, regressions, boards, painted })) {
  results[name] = await measure()
  console.log(name, JSON.stringify(results[name], null, 1))
  // After each part: the whole takes minutes.
  writeFileSync(new URL('results/differences.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
}
