// Makes pairs of pictures with a known homography: photographs, warped and spoiled by chance that a seed fixes.
//   node bench/distance-stress.mjs FOLDER [SEED] [PHOTOGRAPH...]     photographs of ../shared/images where none are named
// Writes FOLDER/images and FOLDER/truth.json, in the form of the evaluation set "distance": for each photograph an easy
// and a hard pair, and about twice as many unrelated pairs, one side of them warped as hard.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { createRandom } from './random.mjs'

const SIDE_PX = 640
const UNRELATED_PER_PHOTOGRAPH = 2

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, seed = '1', ...named] = process.argv.slice(2)
  if (folder === undefined) throw new Error('name the folder to write to')
  const photographs = named.length > 0 ? named : sharedPhotographs()
  if (photographs.length === 0) console.log('The evaluation pictures (../shared/images) are not here: name photographs.')
  else await makeStressSet(folder, Number(seed), photographs)
}

/** The photographs of the evaluation pictures that are used where none are named. */
export function sharedPhotographs () {
  return ['det_coco_val2017', 'sal_osie'].flatMap(set => {
    const folder = fileURLToPath(new URL(`../../shared/images/${set}/images`, import.meta.url))
    return existsSync(folder) ? readdirSync(folder).sort().map(name => join(folder, name)) : []
  })
}

/** Writes a set; the same seed and photographs give the same pairs. */
export async function makeStressSet (folder, seed, photographs) {
  mkdirSync(join(folder, 'images'), { recursive: true })
  const items = []
  for (const [index, path] of photographs.entries()) {
    const photo = await load(path)
    const ref = `images/${index}.jpg`
    await save(photo, join(folder, ref), 90)
    for (const kind of ['easy', 'hard']) {
      const random = randomFrom(`${seed} ${index} ${kind}`)
      const other = kind === 'hard' && random() < 0.5 ? await load(photographs[(index + 1 + Math.floor(random() * (photographs.length - 1))) % photographs.length]) : undefined
      const { picture, homography, quality } = spoil(photo, kind, other, random)
      const query = `images/${index}-${kind}.jpg`
      await save(picture, join(folder, query), quality)
      items.push({ ref, query, same: true, kind, photograph: index, H_ref_to_query: [homography.slice(0, 3), homography.slice(3, 6), homography.slice(6, 9)] })
    }
    for (let n = 0; n < UNRELATED_PER_PHOTOGRAPH; n++) {
      const random = randomFrom(`${seed} ${index} unrelated ${n}`)
      const other = (index + 1 + Math.floor(random() * (photographs.length - 1))) % photographs.length
      const { picture, quality } = spoil(await load(photographs[other]), n % 2 === 0 ? 'hard' : 'easy', undefined, random)
      const query = `images/${index}-unrelated${n}.jpg`
      await save(picture, join(folder, query), quality)
      items.push({ ref, query, same: false, kind: 'unrelated', photograph: index })
    }
  }
  writeFileSync(join(folder, 'truth.json'), `${JSON.stringify({ set: 'distance-stress', seed, items }, null, 1)}\n`)
  return items
}

async function load (path) {
  const { data, info } = await sharp(path).autoOrient().resize(SIDE_PX, SIDE_PX, { fit: 'inside' }).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

async function save ({ data, width, height }, path, quality) {
  await sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality }).toFile(path)
}

function spoil (photo, kind, background, random) {
  const between = (low, high) => low + (high - low) * random()
  const hard = kind === 'hard'
  for (let tries = 0; ; tries++) {
    const scale = hard ? Math.exp(between(Math.log(0.3), Math.log(3))) : Math.exp(between(Math.log(0.6), Math.log(1.6)))
    const turn = (hard ? between(0, 360) : between(-15, 15)) * Math.PI / 180
    const tilt = hard ? Math.exp(between(0, Math.log(2))) : Math.exp(between(0, Math.log(1.15)))
    const tiltTurn = between(0, Math.PI)
    const perspective = hard ? 0.35 : 0.08
    const canvas = { width: photo.width, height: photo.height }
    const centre = translation(-photo.width / 2, -photo.height / 2)
    const tilted = product(rotation(tiltTurn), [1, 0, 0, 0, 1 / tilt, 0, 0, 0, 1], rotation(-tiltTurn))
    const bend = [1, 0, 0, 0, 1, 0, between(-perspective, perspective) / SIDE_PX, between(-perspective, perspective) / SIDE_PX, 1]
    const shift = (hard ? 0.25 : 0.12) * (scale > 1 ? 1 : 1 / Math.max(scale, 0.6))
    const place = translation(canvas.width * (0.5 + between(-shift, shift)), canvas.height * (0.5 + between(-shift, shift)))
    const h = product(place, bend, rotation(turn), tilted, [scale, 0, 0, 0, scale, 0, 0, 0, 1], centre)
    const homography = h.map(value => value / h[8])
    if (seenShare(photo, canvas, homography) < (hard ? 0.12 : 0.4) && tries < 50) continue
    const blurred = hard && random() < 0.5 ? between(0.5, 2) : 0
    const gamma = hard ? Math.exp(between(-0.5, 0.5)) : Math.exp(between(-0.15, 0.15))
    const noise = hard ? between(0, 10) : between(0, 3)
    const quality = Math.round(hard ? between(30, 60) : between(75, 92))
    const warped = warp(photo, canvas, homography, background, Array.from({ length: 3 }, () => between(60, 240)), scale / Math.sqrt(tilt))
    return { picture: tone(blurred > 0 ? blur(warped, blurred) : warped, gamma, noise, random), homography, quality }
  }
}

// Share of the canvas, and of the photograph, that shows the photograph: the lesser times two at most one.
function seenShare (photo, canvas, h) {
  const back = inverse(h)
  let seen = 0
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 20; x++) {
      const [u, v] = apply(back, (x + 0.5) / 20 * canvas.width, (y + 0.5) / 20 * canvas.height)
      if (u > 0 && v > 0 && u < photo.width && v < photo.height) seen++
    }
  }
  let kept = 0
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 20; x++) {
      const px = (x + 0.5) / 20 * photo.width
      const py = (y + 0.5) / 20 * photo.height
      if (h[6] * px + h[7] * py + 1 < 0.2) return 0
      const [u, v] = apply(h, px, py)
      if (u > 0 && v > 0 && u < canvas.width && v < canvas.height) kept++
    }
  }
  // A photograph in small shows whole, one in large fills the canvas.
  return Math.max(seen / 400, kept / 400) > 0.55 ? Math.max(0.4, seen / 400) : 0
}

function warp (photo, canvas, h, background, colour, scale) {
  const back = inverse(h)
  const source = scale < 0.9 ? blur(photo, 0.5 / scale * 0.8) : photo
  const data = Buffer.alloc(canvas.width * canvas.height * 3)
  for (let y = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++) {
      const [u, v] = apply(back, x, y)
      const to = (y * canvas.width + x) * 3
      const inside = u >= 0 && v >= 0 && u < photo.width - 1 && v < photo.height - 1
      for (let c = 0; c < 3; c++) {
        if (inside) {
          const at = ((v | 0) * photo.width + (u | 0)) * 3 + c
          const [fu, fv] = [u - (u | 0), v - (v | 0)]
          const above = source.data[at] + fu * (source.data[at + 3] - source.data[at])
          const below = source.data[at + photo.width * 3] + fu * (source.data[at + photo.width * 3 + 3] - source.data[at + photo.width * 3])
          data[to + c] = Math.round(above + fv * (below - above))
        } else if (background !== undefined) {
          const bx = Math.min(background.width - 1, Math.floor(x * background.width / canvas.width))
          const by = Math.min(background.height - 1, Math.floor(y * background.height / canvas.height))
          data[to + c] = background.data[(by * background.width + bx) * 3 + c]
        } else {
          data[to + c] = colour[c]
        }
      }
    }
  }
  return { data, ...canvas }
}

function blur ({ data, width, height }, sigma) {
  const radius = Math.ceil(3 * sigma)
  const taps = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)))
  const sum = taps.reduce((total, tap) => total + tap, 0)
  const pass = (from, stepX, stepY) => {
    const to = new Float32Array(from.length)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++) {
          let value = 0
          for (let k = -radius; k <= radius; k++) {
            const px = Math.min(width - 1, Math.max(0, x + k * stepX))
            const py = Math.min(height - 1, Math.max(0, y + k * stepY))
            value += taps[k + radius] * from[(py * width + px) * 3 + c]
          }
          to[(y * width + x) * 3 + c] = value / sum
        }
      }
    }
    return to
  }
  return { data: Buffer.from(pass(pass(data, 1, 0), 0, 1).map(Math.round)), width, height }
}

function tone ({ data, width, height }, gamma, noise, random) {
  const table = Array.from({ length: 256 }, (_, value) => 255 * (value / 255) ** gamma)
  const out = Buffer.alloc(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const grain = noise * (random() + random() + random() + random() - 2) * 1.7
    for (let c = 0; c < 3; c++) out[i + c] = Math.max(0, Math.min(255, Math.round(table[data[i + c]] + grain)))
  }
  return { data: out, width, height }
}

function apply (h, x, y) {
  const w = h[6] * x + h[7] * y + h[8]
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w]
}

function product (...matrices) {
  return matrices.reduce((a, b) => Array.from({ length: 9 }, (_, i) => [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k] * b[3 * k + i % 3], 0)))
}

function rotation (angle) {
  return [Math.cos(angle), -Math.sin(angle), 0, Math.sin(angle), Math.cos(angle), 0, 0, 0, 1]
}

function translation (x, y) {
  return [1, 0, x, 0, 1, y, 0, 0, 1]
}

function inverse ([a, b, c, d, e, f, g, h, i]) {
  const rows = [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d]
  const determinant = a * rows[0] + b * rows[3] + c * rows[6]
  return rows.map(value => value / determinant)
}

// From a hash of the text (FNV-1a).
function randomFrom (text) {
  let hash = 0x811c9dc5
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return createRandom(hash)
}
