import t from 'tap'
import { compare } from '../../../src/engines/differences/compare.js'
import { fitLight, levelsUnder } from '../../../src/engines/differences/light.js'
import { chooseRoute } from '../../../src/engines/differences/route.js'
import type { RgbImage } from '../../../src/imaging/lab-planes.js'
import { createScratch } from '../../../src/imaging/scratch.js'
import { warpRgb } from '../../../src/imaging/warp.js'
import { seededRandom } from '../../imaging/pictures.js'

t.setTimeout(100_000)
const WIDTH = 240
const HEIGHT = 180
const scratch = createScratch(64e6)

/** A picture with texture at every size, the same in every run. */
function scene (): RgbImage {
  const random = seededRandom(5)
  const blobs = Array.from({ length: 90 }, () => ({ x: random() * WIDTH, y: random() * HEIGHT, r: 4 + random() * 22, color: [random() * 220 + 20, random() * 220 + 20, random() * 220 + 20] }))
  const data = new Uint8Array(WIDTH * HEIGHT * 3)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const color = [130, 120, 110]
      for (const blob of blobs) {
        const share = Math.min(1, Math.max(0, blob.r - Math.hypot(x - blob.x, y - blob.y)))
        for (let c = 0; c < 3; c++) color[c]! += share * 0.7 * (blob.color[c]! - color[c]!)
      }
      data.set(color.map(Math.round), (y * WIDTH + x) * 3)
    }
  }
  return { data, width: WIDTH, height: HEIGHT }
}

function changed (image: RgbImage, change: (level: number, pixel: number, channel: number) => number): RgbImage {
  return { ...image, data: image.data.map((level, i) => Math.min(255, Math.max(0, Math.round(change(level, Math.floor(i / 3), i % 3))))) }
}

/** With a disc painted on it. */
function withDisc (image: RgbImage, x: number, y: number, radius: number, color: readonly number[]): RgbImage {
  return changed(image, (level, pixel, c) => Math.hypot(pixel % WIDTH - x, Math.floor(pixel / WIDTH) - y) <= radius ? color[c]! : level)
}

function differences (first: RgbImage, second: RgbImage) {
  const found = compare(first, second, scratch)
  scratch.reset()
  if ('bySize' in found) throw new Error('features were wanted')
  return found
}

const plain = scene()
const noisy = (image: RgbImage): RgbImage => {
  const random = seededRandom(9)
  return changed(image, level => level + (random() - 0.5) * 8)
}

t.test('the route follows from what the two share', async t => {
  t.equal(chooseRoute(plain, { ...plain, data: Uint8Array.from(plain.data) }).route, 'equal')
  t.equal(chooseRoute(plain, withDisc(plain, 100, 80, 12, [250, 10, 10])).route, 'exact')
  t.equal(chooseRoute(plain, noisy(plain)).route, 'tolerant')
  t.equal(chooseRoute(plain, changed(plain, level => level * 1.05)).route, 'tolerant')
})

t.test('in one frame a disc is found to the pixel', async t => {
  const { differences: [found, ...more] } = differences(plain, withDisc(plain, 100, 80, 12, [250, 10, 250]))
  t.same(more, [])
  t.same(found?.first.box, { x: 88, y: 68, width: 25, height: 25 })
  t.equal(found?.first, found?.second)
})

t.test('noise, light, a shift and a turn alone are no difference; a disc in them is', async t => {
  const turn = Float64Array.of(0.9996, -0.0262, 3, 0.0262, 0.9996, -3, 0, 0, 1)
  const nuisances: Array<readonly [string, (image: RgbImage) => RgbImage]> = [
    ['noise', noisy],
    ['light', image => changed(image, level => level * 0.95 + 3)],
    ['gamma', image => changed(image, level => 255 * (level / 255) ** 1.2)],
    ['shift', image => noisy(warpRgb(image, Float64Array.of(1, 0, 2, 0, 1, -1.5, 0, 0, 1), WIDTH, HEIGHT).image)],
    ['turn', image => noisy(warpRgb(image, turn, WIDTH, HEIGHT).image)]
  ]
  for (const [name, apply] of nuisances) {
    const alone = differences(plain, apply(plain))
    t.equal(alone.differences.length, 0, `${name} alone`)
    t.ok(alone.aligned)
    const { differences: found } = differences(plain, apply(withDisc(plain, 140, 90, 9, [250, 250, 20])))
    t.equal(found.length, 1, `${name} with a disc`)
    const { x, y, width, height } = found[0]?.first.box ?? { x: 0, y: 0, width: 0, height: 0 }
    t.ok(Math.abs(x + width / 2 - 140.5) <= 1.5 && Math.abs(y + height / 2 - 90.5) <= 1.5 && width >= 17 && width <= 23, `${name}: ${x}, ${y}, ${width}, ${height}`)
  }
})

t.test('a colour that is as light as the one before is a difference, under another light too', async t => {
  const ground = [120, 120, 120]
  // Both have about the lightness of that grey.
  const [one, other] = [[160, 108, 80], [70, 132, 100]] as const
  const disc = (color: readonly number[]): RgbImage => withDisc(changed(plain, (level, pixel, c) => Math.round(0.8 * ground[c]! + 0.2 * level)), 120, 90, 20, color)
  const { differences: [found, ...more] } = differences(disc(one), changed(disc(other), level => level * 0.97))
  t.same(more, [])
  t.ok(found !== undefined && Math.abs(found.first.box.width - 41) <= 4 && Math.abs(found.first.box.height - 41) <= 4, JSON.stringify(found?.first.box))
})

t.test('bent strokes of a letter are no edge that moved', async t => {
  const shapes = [
    ['..####.', '.#....#', '#......', '#......', '.###...', '....##.', '......#', '......#', '#.....#', '.#####.'],
    ['..####.', '.#....#', '......#', '......#', '.....#.', '....#..', '..##...', '.#.....', '#......', '#######']
  ] as const
  const strokes = (image: RgbImage, shape: 0 | 1): RgbImage => changed(image, (level, pixel) => {
    const mark = shapes[shape][Math.floor(pixel / WIDTH) - 80]?.[pixel % WIDTH - 100]
    return mark === '#' ? 15 : mark === '.' ? 235 : level
  })
  const { differences: found } = differences(strokes(plain, 0), changed(strokes(plain, 1), level => level * 0.96))
  t.equal(found.length, 1)
  const { x, y, width, height } = found[0]?.first.box ?? { x: 0, y: 0, width: 0, height: 0 }
  t.ok(x >= 98 && y >= 80 && x + width <= 109 && y + height <= 92 && width >= 6 && height >= 6, `${x}, ${y}, ${width}, ${height}`)
})

t.test('what only moved by a fraction of a pixel beside a changed letter is left out of its box', async t => {
  const bars = (image: RgbImage, share: number): RgbImage => changed(image, (level, pixel) => {
    const x = pixel % WIDTH - 100
    const y = Math.floor(pixel / WIDTH) - 80
    if (y < 0 || y > 12 || x < 0 || x > 24) return level
    // No two rows are equal: on a photograph the rule for smoothing finds no neighbours that are.
    const row = y % 3 * 3 + y
    return x === 18 ? 20 + share * 200 - row : x > 18 && x < 22 ? 20 + row : 220 - row
  })
  const { differences: [found, ...more] } = differences(bars(plain, 0.9), withDisc(bars(plain, 0.76), 106, 86, 4, [0, 0, 0]))
  t.same(more, [])
  t.same(found?.first.box, { x: 102, y: 82, width: 9, height: 9 })
})

t.test('a hair-thin line on a large picture is found at its own size, in both frames', async t => {
  const [width, height] = [2700, 100]
  const random = seededRandom(3)
  const data = new Uint8Array(width * height * 3).fill(200)
  for (let n = 0; n < 350; n++) {
    const [left, top, w, h] = [random() * width, random() * height, 4 + random() * 30, 3 + random() * 12].map(Math.floor) as [number, number, number, number]
    for (let y = top; y < Math.min(height, top + h); y++) data.fill(60 + 3 * (n % 50), (y * width + left) * 3, (y * width + Math.min(width, left + w)) * 3)
  }
  const page = { data, width, height }
  const scratched = { ...page, data: Uint8Array.from(data) }
  const [x, top, long] = [1311, 40, 14]
  for (let y = top; y < top + long; y++) for (let c = 0; c < 3; c++) scratched.data[(y * width + x) * 3 + c]! -= 55
  const other = { width, height, data: scratched.data.map(level => Math.round(level * 0.96)) }
  const { differences: [found, ...more], aligned } = differences(page, other)
  t.ok(aligned)
  t.same(more, [])
  for (const { box } of [found?.first, found?.second].flatMap(region => region ?? [])) {
    t.ok(Math.abs(box.x - x) <= 1 && box.width <= 3 && Math.abs(box.y - top) <= 1 && Math.abs(box.height - long) <= 2, JSON.stringify(box))
  }
  t.ok(found !== undefined)
  t.same(differences(page, { ...other, data: data.map(level => Math.round(level * 0.96)) }).differences, [])
})

t.test('the score never falls when a difference is added', async t => {
  const one = differences(plain, withDisc(plain, 60, 60, 10, [200, 200, 200])).differences
  const two = differences(plain, withDisc(withDisc(plain, 60, 60, 10, [200, 200, 200]), 180, 120, 10, [255, 0, 255])).differences
  const score = (found: typeof one): number => Math.max(...found.map(({ peak }) => peak))
  t.ok(score(two) >= score(one))
})

t.test('light is fitted: gain, gamma and vignette', async t => {
  const inside = new Uint8Array(WIDTH * HEIGHT).fill(1)
  const error = (second: RgbImage): number => {
    const model = fitLight(plain, second, inside)
    if (model === undefined) return Infinity
    const read = levelsUnder(model, plain, second)
    const out = new Float64Array(3)
    let sum = 0
    for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
      read(pixel, pixel % WIDTH, Math.floor(pixel / WIDTH), out)
      for (let c = 0; c < 3; c++) sum += Math.abs(out[c]! - plain.data[pixel * 3 + c]!)
    }
    return sum / WIDTH / HEIGHT / 3
  }
  t.equal(fitLight(plain, plain, inside), undefined, 'equal light needs no model')
  t.ok(error(changed(plain, (level, pixel, c) => level * [1.06, 1, 0.94][c]!)) < 0.8, 'white balance')
  t.ok(error(changed(plain, level => 255 * (level / 255) ** 1.25)) < 1, 'gamma')
  t.ok(error(changed(plain, (level, pixel) => level * (1 - 0.3 * ((pixel % WIDTH / WIDTH - 0.5) ** 2 + (Math.floor(pixel / WIDTH) / HEIGHT - 0.5) ** 2) / 0.5))) < 1.2, 'vignette')
})
