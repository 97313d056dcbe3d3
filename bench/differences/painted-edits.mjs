// Pairs of pictures with known differences: edits painted into a photograph, and what happens to pictures without being
// a difference. Everything follows from a seed.
import sharp from 'sharp'
import { warpRgb } from '../../dist/imaging/warp.js'
import { findRegions } from '../../dist/imaging/regions.js'
import { createRandom } from '../random.mjs'

/** Numbers 0..1 that are the same in every run. */
export function seededRandom (seed) {
  const next = createRandom(seed * 2654435761)
  return { next, between: (low, high) => low + (high - low) * next(), whole: (low, high) => Math.floor(low + (high - low + 1) * next()), pick: list => list[Math.floor(next() * list.length)] }
}

export async function decode (bytes) {
  const { data, info } = await sharp(bytes).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

const clamp = value => value < 0 ? 0 : value > 255 ? 255 : Math.round(value)

/** Every kind of edit paints within the square of `side` pixels at (x, y) of `out`. */
const EDITS = {
  // A piece of another part of the picture pasted as an ellipse: an object added.
  added (image, out, x, y, side, random) {
    const fromX = random.whole(0, image.width - side)
    const fromY = random.whole(0, image.height - side)
    eachInEllipse(side, (i, j) => copy(image, fromX + i, fromY + j, out, x + i, y + j))
  },
  // A plain disc, clearly lighter or darker than what it covers.
  disc (image, out, x, y, side) {
    const mean = meanOf(image, x, y, side)
    const color = mean.map(level => clamp(level > 128 ? level - 75 : level + 75))
    eachInEllipse(side, (i, j) => paint(out, x + i, y + j, color))
  },
  // Filled from its border: an object removed, if there was one.
  removed (image, out, x, y, side) {
    const corners = [[x, y], [x + side - 1, y], [x, y + side - 1], [x + side - 1, y + side - 1]].map(([u, v]) => at(image, u, v))
    eachInEllipse(side, (i, j) => {
      const s = i / side
      const t = j / side
      paint(out, x + i, y + j, [0, 1, 2].map(c => clamp((corners[0][c] * (1 - s) + corners[1][c] * s) * (1 - t) + (corners[2][c] * (1 - s) + corners[3][c] * s) * t)))
    })
  },
  recoloured (image, out, x, y, side, random) {
    const order = random.pick([[1, 2, 0], [2, 0, 1]])
    const push = random.pick([[55, -35, 0], [-35, 0, 55], [0, 55, -40], [-45, 30, 45]])
    eachInEllipse(side, (i, j) => {
      const pixel = at(image, x + i, y + j)
      paint(out, x + i, y + j, order.map((from, c) => clamp(0.6 * pixel[c] + 0.4 * pixel[from] + push[c])))
    })
  },
  // A hair-thin line of one and a half pixels.
  line (image, out, x, y, side, random) {
    const mean = meanOf(image, x, y, side)
    const color = (mean[0] + mean[1] + mean[2]) / 3 > 128 ? [20, 20, 20] : [235, 235, 235]
    const upright = random.next() < 0.5
    for (let k = 0; k < side; k++) {
      for (let w = 0; w < 2; w++) {
        const u = upright ? x + (side >> 1) + w : x + k
        const v = upright ? y + k : y + (side >> 1) + w
        const pixel = at(image, u, v)
        const share = w === 0 ? 1 : 0.5
        paint(out, u, v, color.map((level, c) => clamp(level * share + pixel[c] * (1 - share))))
      }
    }
  }
}

function at ({ data, width, height }, x, y) {
  const place = (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 3
  return [data[place], data[place + 1], data[place + 2]]
}
function paint ({ data, width, height }, x, y, color) {
  if (x < 0 || y < 0 || x >= width || y >= height) return
  data.set(color, (y * width + x) * 3)
}
function copy (image, fromX, fromY, out, x, y) { paint(out, x, y, at(image, fromX, fromY)) }
function eachInEllipse (side, visit) {
  const middle = (side - 1) / 2
  for (let j = 0; j < side; j++) for (let i = 0; i < side; i++) if ((i - middle) ** 2 + (j - middle) ** 2 <= (side / 2) ** 2) visit(i, j)
}
function meanOf (image, x, y, side) {
  const sums = [0, 0, 0]
  for (let j = 0; j < side; j++) for (let i = 0; i < side; i++) at(image, x + i, y + j).forEach((level, c) => { sums[c] += level })
  return sums.map(sum => sum / side / side)
}

/** A letter of 15 points (20 pixels) and another in its place: painted into both pictures. */
async function letters (image, out, x, y, random) {
  const [one, other] = random.pick([['a', 'e'], ['3', '8'], ['R', 'B'], ['n', 'h'], ['5', '6'], ['S', '2']])
  const mean = meanOf(image, x, y, 20)
  const ink = (mean[0] + mean[1] + mean[2]) / 3 > 128 ? '#111' : '#eee'
  const draw = async letter => (await sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="28"><text x="2" y="21" font-family="DejaVu Sans" font-size="20" fill="${ink}">No. 4${letter}71</text></svg>`)).raw().toBuffer())
  for (const [target, letter] of [[image, one], [out, other]]) {
    const glyphs = await draw(letter)
    for (let j = 0; j < 28; j++) {
      for (let i = 0; i < 120; i++) {
        const alpha = glyphs[(j * 120 + i) * 4 + 3] / 255
        if (alpha > 0) paint(target, x + i, y + j, at(target, x + i, y + j).map((level, c) => clamp(level * (1 - alpha) + glyphs[(j * 120 + i) * 4 + c] * alpha)))
      }
    }
  }
}

const SIDES = { added: [24, 80], disc: [10, 60], removed: [24, 70], recoloured: [22, 70], line: [24, 60] }
const APART_PX = 40
const MARGIN_PX = 30
// A change that moves few levels in few pixels is none that a person would see: it is painted elsewhere.
const LEAST_LEVELS = 28
const LEAST_SHARE = 0.4

/**
 * Two pictures of one frame that differ in `count` places.
 * @returns {Promise<{ first, second, truth: { kind: string, region }[] }>}
 */
export async function paintPair (photo, seed, count, kinds = [...Object.keys(EDITS), 'letter']) {
  const random = seededRandom(seed)
  const first = { ...photo, data: Uint8Array.from(photo.data) }
  const second = { ...photo, data: Uint8Array.from(photo.data) }
  const taken = []
  const truth = []
  for (let tries = 0; truth.length < count && tries < 60; tries++) {
    const kind = kinds[(truth.length + seed) % kinds.length]
    const [low, high] = SIDES[kind] ?? [28, 28]
    const side = random.whole(low, Math.min(high, Math.floor(Math.min(photo.width, photo.height) / 5)))
    const width = kind === 'letter' ? 120 : side
    if (photo.width < width + 2 * MARGIN_PX || photo.height < side + 2 * MARGIN_PX) continue
    const x = random.whole(MARGIN_PX, photo.width - width - MARGIN_PX)
    const y = random.whole(MARGIN_PX, photo.height - side - MARGIN_PX)
    if (taken.some(box => x < box.x + box.width + APART_PX && box.x < x + width + APART_PX && y < box.y + box.height + APART_PX && box.y < y + side + APART_PX)) continue
    const before = { first: Uint8Array.from(first.data), second: Uint8Array.from(second.data) }
    if (kind === 'letter') await letters(first, second, x, y, random)
    else EDITS[kind](first, second, x, y, side, random)
    const mask = new Uint8Array(photo.width * photo.height)
    let changed = 0
    for (let i = 0; i < mask.length; i++) {
      const most = Math.max(...[0, 1, 2].map(c => Math.abs(first.data[i * 3 + c] - second.data[i * 3 + c])))
      const old = before.first[i * 3] !== before.second[i * 3] || before.first[i * 3 + 1] !== before.second[i * 3 + 1] || before.first[i * 3 + 2] !== before.second[i * 3 + 2]
      if (most > LEAST_LEVELS && !old) { mask[i] = 1; changed++ }
    }
    const expected = kind === 'letter' ? 12 : kind === 'line' ? side * LEAST_SHARE : side * side * 0.78 * LEAST_SHARE
    if (changed < expected) {
      first.data.set(before.first)
      second.data.set(before.second)
      continue
    }
    taken.push({ x, y, width, height: side })
    truth.push({ kind, mask })
  }
  return { first, second, truth }
}

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]
function about (image, scale, degrees, dx = 0, dy = 0) {
  const angle = degrees * Math.PI / 180
  const cx = (image.width - 1) / 2
  const cy = (image.height - 1) / 2
  const a = Math.cos(angle) / scale
  const b = Math.sin(angle) / scale
  return Float64Array.of(a, b, cx - a * cx - b * cy + dx, -b, a, cy + b * cx - a * cy + dy, 0, 0, 1)
}
const levels = change => async image => ({ image: { ...image, data: image.data.map((level, i) => clamp(change(level, i % 3, i, image))) }, map: identity })
const geometry = mapOf => async (image, random) => {
  const map = mapOf(image, random)
  return { image: warpRgb(image, Float64Array.from(map), image.width, image.height).image, map }
}
const recoded = encode => async image => ({ image: await decode(await encode(sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })).toBuffer()), map: identity })
const chain = (...steps) => async (image, random) => {
  let map = identity
  for (const step of steps) {
    const done = await step(image, random)
    image = done.image
    if (done.map !== identity) map = done.map
  }
  return { image, map }
}
const resized = scale => async image => {
  const width = Math.round(image.width * scale)
  const height = Math.round(image.height * scale)
  const { data } = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } }).resize(width, height, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true })
  const sx = image.width / width
  const sy = image.height / height
  return { image: { data: new Uint8Array(data), width, height }, map: [sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1] }
}
const cropped = px => async image => {
  const width = image.width - 2 * px
  const height = image.height - 2 * px
  return { image: { data: (await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } }).extract({ left: px, top: px, width, height }).raw().toBuffer()), width, height }, map: [1, 0, px, 0, 1, px, 0, 0, 1] }
}

/** What is done to the second picture without being a difference; `map` leads from its pixels back to the original's. */
export const NUISANCES = {
  none: async image => ({ image, map: identity }),
  'light +5 %': levels(level => level * 1.05),
  'light -5 %': levels(level => level * 0.95),
  'white balance': levels((level, c) => level * [1.05, 1, 0.95][c]),
  'JPEG 60': recoded(image => image.jpeg({ quality: 60 })),
  'WebP 60': recoded(image => image.webp({ quality: 60 })),
  'shift 2 px': geometry((image, random) => [1, 0, random.pick([-2, 2, 1.5]), 0, 1, random.pick([-2, 2, -1.3]), 0, 0, 1]),
  'scale 3 %': geometry((image, random) => about(image, random.pick([0.97, 1.03]), 0)),
  'size 103 %': resized(1.03),
  'turn 2°': geometry((image, random) => about(image, random.pick([1.07, 1.1]), random.pick([-2, 2]))),
  'turn 2°, same scale': geometry((image, random) => about(image, 1, random.pick([-2, 2]))),
  'blur 0.8': recoded(image => image.blur(0.8).png()),
  'crop 10 px': cropped(10),
  'light, shift, JPEG 75': chain(geometry(() => [1, 0, 1.4, 0, 1, -0.8, 0, 0, 1]), levels(level => level * 1.04 + 2), recoded(image => image.jpeg({ quality: 75 }))),
  'turn 1°, white balance, WebP 75': chain(geometry(image => about(image, 1.05, 1)), levels((level, c) => level * [1.04, 1, 0.97][c]), recoded(image => image.webp({ quality: 75 }))),
  'JPEG 40': recoded(image => image.jpeg({ quality: 40 })),
  'gamma 1.25': levels(level => 255 * (level / 255) ** 1.25),
  'vignette 30 %': levels((level, c, i, { width, height }) => {
    const x = Math.floor(i / 3) % width
    const y = Math.floor(i / 3 / width)
    return level * (1 - 0.3 * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) / 0.5)
  }),
  'half size': resized(0.5)
}
/** Those that must not hide anything; the others are harder than what is promised. */
export const PROMISED = Object.keys(NUISANCES).slice(0, -4)

/** A mask of the original as it lies in a picture under a nuisance: its regions' common box, or undefined. */
export function boxUnder (mask, original, { image, map }) {
  let minX = Infinity
  let minY = Infinity
  let maxX = -1
  let maxY = -1
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const w = map[6] * x + map[7] * y + map[8]
      const u = Math.round((map[0] * x + map[1] * y + map[2]) / w)
      const v = Math.round((map[3] * x + map[4] * y + map[5]) / w)
      if (u < 0 || v < 0 || u >= original.width || v >= original.height || mask[v * original.width + u] === 0) continue
      minX = Math.min(minX, x)
      minY = Math.min(minY, y)
      maxX = Math.max(maxX, x)
      maxY = Math.max(maxY, y)
    }
  }
  return maxX < 0 ? undefined : { x: minX, y: minY, width: maxX - minX + 1, height: maxY - minY + 1 }
}

/** The box of a mask. */
export function boxOf (mask, width, height) {
  const boxes = findRegions(mask, width, height).map(({ box }) => box)
  const x = Math.min(...boxes.map(box => box.x))
  const y = Math.min(...boxes.map(box => box.y))
  return { x, y, width: Math.max(...boxes.map(box => box.x + box.width)) - x, height: Math.max(...boxes.map(box => box.y + box.height)) - y }
}
