// What a comparison costs: CPU time beside pixelmatch on the same pixels, and memory over many pairs.
import { readFileSync, readdirSync } from 'node:fs'
import pixelmatch from 'pixelmatch'
import sharp from 'sharp'
import { createImageDiffer } from '../../dist/engines/image-differ.js'
import { differences } from './engine.mjs'
import { NUISANCES, decode, paintPair, seededRandom } from './painted-edits.mjs'
import { screenshot, withBlock } from './screenshots.mjs'

const ROUNDS = 9
// The first pairs of a process are compiled while they run.
const WARM_UP = 3

/** CPU time in interleaved rounds: a page in exact mode and photographs with tolerance, each beside pixelmatch. */
export async function speed (folder) {
  const page = await screenshot(1920, 1080)
  const changed = withBlock(page, 700, 400, 60, 50)
  const photo = await decode(await sharp(readFileSync(new URL(readdirSync(folder)[0], folder))).resize(1024, 768, { fit: 'cover' }).toBuffer())
  const { second } = await paintPair(photo, 9100, 4)
  const { image: moved } = await NUISANCES['light, shift, JPEG 75'](second, seededRandom(1))
  const match = (a, b) => {
    const [one, other] = [rgba(a), rgba(b)]
    const out = new Uint8Array(one.length)
    return () => pixelmatch(one, other, out, a.width, a.height, { threshold: 0.1 })
  }
  const work = {
    exact: () => differences(page, changed),
    pixelmatchPage: match(page, changed),
    tolerant: () => differences(photo, moved),
    pixelmatchPhoto: match(photo, moved)
  }
  const times = Object.fromEntries(Object.keys(work).map(name => [name, []]))
  for (let round = 0; round < ROUNDS; round++) for (const [name, run] of Object.entries(work)) times[name].push(cpuMs(run))
  const ms = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all.slice(WARM_UP))]))
  return { cpuMs: ms, exactOverPixelmatch: Math.round(ms.exact / ms.pixelmatchPage * 10) / 10, tolerantOverPixelmatch: Math.round(ms.tolerant / ms.pixelmatchPhoto * 10) / 10 }
}

/** The memory of the process along many small pairs of all kinds, through the engine's threads. */
export async function memory (folder, pairs) {
  const photos = await Promise.all(readdirSync(folder).slice(0, 6).map(async name => decode(await sharp(readFileSync(new URL(name, folder))).resize(320, 240, { fit: 'cover' }).toBuffer())))
  const page = await screenshot(320, 240)
  const differ = createImageDiffer({ threads: 1, idleTimeoutMs: 60_000, matcher: { match: async () => undefined, threads: () => 0, close: async () => {} } })
  const own = image => ({ ...image, data: Uint8Array.from(image.data), channels: 3, original: { width: image.width, height: image.height } })
  const along = []
  for (let n = 0; n < pairs; n++) {
    const photo = photos[n % photos.length]
    const seconds = [() => photo, () => ({ ...photo, data: photo.data.map(level => level * 0.95) }), () => photos[(n + 1) % photos.length]]
    const [first, second] = n % 4 === 3 ? [page, withBlock(page, n % 300, n % 200, 9, 9)] : [photo, seconds[n % 4]()]
    await differ.compare(own(first), own(second), n % 2 === 0 ? 'shapes' : 'pictures', new AbortController().signal)
    if (n % Math.ceil(pairs / 10) === 0 || n === pairs - 1) along.push({ pairs: n + 1, rssMB: Math.round(process.memoryUsage.rss() / 1e6) })
  }
  await differ.close()
  return { pairs, along }
}

function cpuMs (work) {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return Math.round((user + system) / 1000)
}

function median (values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function rgba ({ data, width, height }) {
  return Uint8Array.from({ length: width * height * 4 }, (_, i) => i % 4 === 3 ? 255 : data[(i >> 2) * 3 + i % 4])
}
