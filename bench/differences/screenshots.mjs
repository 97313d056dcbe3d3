// Pages as a browser draws them: single changed pixels, and pages as large as the service takes.
import { boxes, differences } from './engine.mjs'
import { decode, seededRandom } from './painted-edits.mjs'

/** A page of small print. */
export function screenshot (width, height) {
  const line = 'Lorem ipsum dolor sit amet consectetur '.repeat(Math.ceil(width / 250))
  const lines = Array.from({ length: Math.floor(height / 21) }, (_, i) => `<text x="20" y="${20 + i * 21}" font-family="DejaVu Sans" font-size="15">${line}</text>`)
  return decode(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${lines.join('')}</svg>`))
}

/** A copy of a page with a block of it changed. */
export function withBlock (page, left, top, width, height) {
  const data = Uint8Array.from(page.data)
  for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) data[(y * page.width + x) * 3] ^= 0x60
  return { ...page, data }
}

/** How often a single changed pixel is answered as exactly that pixel. */
export async function onePixel () {
  const page = await screenshot(1000, 700)
  const random = seededRandom(77)
  const tries = 40
  let found = 0
  for (let i = 0; i < tries; i++) {
    const at = random.whole(0, page.width * page.height - 1)
    const changed = { ...page, data: Uint8Array.from(page.data) }
    changed.data[at * 3 + random.whole(0, 2)] ^= random.pick([8, 32, 128])
    const [area, ...more] = boxes(differences(page, changed))
    if (more.length === 0 && area?.x === at % page.width && area.y === Math.floor(at / page.width) && area.width === 1 && area.height === 1) found++
  }
  return { pairs: tries, found: found / tries }
}

/** A letter changed on a page of 37 megapixels, with the memory of the process. */
export async function largePage () {
  const tile = await screenshot(1750, 1060)
  const [across, down] = [4, 5]
  const [width, height] = [tile.width * across, tile.height * down]
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const row = tile.data.subarray((y % tile.height) * tile.width * 3, (y % tile.height + 1) * tile.width * 3)
    for (let column = 0; column < across; column++) data.set(row, (y * width + column * tile.width) * 3)
  }
  const page = { data, width, height }
  const changed = withBlock(page, 3000, 4000, 9, 14)
  const before = process.memoryUsage.rss()
  const start = process.cpuUsage()
  const found = boxes(differences(page, changed))
  const { user, system } = process.cpuUsage(start)
  const right = found.length === 1 && found[0].x === 3000 && found[0].y === 4000 && found[0].width === 9 && found[0].height === 14
  return { megapixels: Math.round(width * height / 1e6), right, cpuMs: Math.round((user + system) / 1000), addedMB: Math.round((process.memoryUsage.rss() - before) / 1e6) }
}
