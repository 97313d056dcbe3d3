import t from 'tap'
import sharp, { type Sharp } from 'sharp'
import { computePalette, PALETTE_WORKING_SIDE_PX, type PaletteColor } from '../../src/engines/palette.js'
import { deltaE2000, labFromSrgb } from '../../src/imaging/color-difference.js'
import { type DecodedImage } from '../../src/imaging/decoded-image.js'
import { drawn, picture, seededRandom } from '../imaging/pictures.js'

const rgb = ({ red, green, blue }: PaletteColor): [number, number, number] => [red, green, blue]
const rows = (palette: readonly PaletteColor[]): string[] =>
  palette.map(color => `${rgb(color).join()} ${Math.round(color.share * 100)}`)

/** Decodes as a service would: shrunk to the working size with sharp's default kernel. */
async function decoded (file: Buffer): Promise<DecodedImage> {
  const { data, info } = await sharp(file)
    .resize({ width: PALETTE_WORKING_SIDE_PX, height: PALETTE_WORKING_SIDE_PX, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3, original: info }
}

function drawing (width: number, height: number, shapes: string): Sharp {
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`))
}

t.test('a solid picture is one colour, exactly', async t => {
  t.same(computePalette(picture(64, 48, () => [255, 0, 0])), [{ red: 255, green: 0, blue: 0, share: 1 }])
  t.same(computePalette(picture(1, 1, () => [0, 0, 0])), [{ red: 0, green: 0, blue: 0, share: 1 }])
})

t.test('half and half are two colours of one half, exactly', async t => {
  t.same(rows(computePalette(picture(100, 60, x => x < 50 ? [255, 0, 0] : [0, 0, 255]))), ['255,0,0 50', '0,0,255 50'])
  t.same(rows(computePalette(picture(100, 60, (_, y) => y < 30 ? [200, 200, 200] : [212, 212, 212]))),
    ['200,200,200 50', '212,212,212 50'], 'near but different greys')
})

t.test('colours that nobody tells apart are one', async t => {
  t.same(rows(computePalette(picture(100, 60, x => x < 60 ? [200, 200, 200] : [202, 202, 202]))), ['200,200,200 100'])
  t.same(rows(computePalette(picture(100, 60, x => x < 60 ? [1, 2, 1] : [2, 11, 1]))), ['1,2,1 100'], 'nearly black')
})

t.test('a solid picture with noise or JPEG artefacts is one colour', async t => {
  const random = seededRandom(1)
  const noise = (): number => Math.round((random() + random() + random() - 1.5) * 6)
  const noisy = picture(200, 150, () => [96 + noise(), 144 + noise(), 176 + noise()])
  const [color, ...more] = computePalette(noisy)
  t.same(more, [])
  t.ok(color && deltaE2000(labFromSrgb(...rgb(color)), labFromSrgb(96, 144, 176)) < 1)
  const jpeg = await sharp(noisy.data, { raw: { width: 200, height: 150, channels: 3 } }).jpeg({ quality: 60 }).toBuffer()
  t.equal(computePalette(await decoded(jpeg)).length, 1)
})

t.test('a logo of one pixel leaves white first', async t => {
  t.same(rows(computePalette(picture(100, 100, (x, y) => x === 40 && y === 30 ? [255, 0, 0] : [255, 255, 255]))), ['255,255,255 100'])
  t.equal(rows(computePalette(picture(8, 8, (x, y) => x === 4 && y === 3 ? [255, 0, 0] : [255, 255, 255])))[0], '255,255,255 98')
})

t.test('eight flat colours are all found, by falling share', async t => {
  const colors = [[255, 255, 255], [230, 0, 40], [0, 90, 200], [250, 200, 0], [20, 20, 20], [0, 150, 80], [140, 60, 160], [255, 140, 0]] as const
  const image = picture(120, 100, x => {
    // The first is 22 columns wide, the last 8.
    let left = x
    return colors.find((_, i) => (left -= 22 - 2 * i) < 0) ?? colors[0]
  })
  t.same(rows(computePalette(image)).map(row => row.split(' ')[0]), colors.map(color => color.join()))
})

t.test('mixed colours along edges neither take rows nor shift the flat ones', async t => {
  const logo = drawing(1200, 800, `<rect width="1200" height="800" fill="#f5f5f0"/><circle cx="300" cy="400" r="200" fill="#e2001a"/>
    <circle cx="600" cy="300" r="150" fill="#0050a0"/><path d="M800 700 L1100 700 L950 300 Z" fill="#ffcc00"/>`)
  t.same(rows(computePalette(await decoded(await logo.png().toBuffer()))),
    ['245,245,240 74', '226,0,26 13', '0,80,160 7', '255,204,0 6'])
})

t.test('three bands keep their colours and thirds through shrinking', async t => {
  const bands = drawing(900, 600, `<rect width="900" height="600" fill="#ffffff"/><rect width="900" height="200" fill="#ae1c28"/>
    <rect y="400" width="900" height="200" fill="#21468b"/>`)
  const palette = computePalette(await decoded(await bands.png().toBuffer()))
  t.same(new Set(palette.map(color => rgb(color).join())), new Set(['174,28,40', '255,255,255', '33,70,139']))
  for (const { share } of palette) t.ok(Math.abs(share - 1 / 3) < 0.01)
})

t.test('a vivid accent on one percent of the picture is kept', async t => {
  const image = picture(200, 150, (x, y) => x >= 30 && x < 50 && y >= 40 && y < 55 ? [255, 32, 128] : [32 + x / 4, 80 + y / 4, 48 + x / 8])
  const accent = computePalette(image).find(color => rgb(color).join() === '255,32,128')
  t.ok(accent && Math.abs(accent.share - 0.01) < 0.003)
})

t.test('a gradient uses all eight rows', async t => {
  t.equal(computePalette(picture(256, 100, x => [x, x, x])).length, 8)
  t.equal(computePalette(picture(256, 100, (x, y) => [x, 255 - x, y * 2.5])).length, 8)
})

t.test('transparent pixels do not count and translucent ones count less', async t => {
  const image = drawn(['rrtt', 'rrtt', 'gggg', 'gggg'], { r: [255, 0, 0, 255], t: [0, 0, 255, 0], g: [0, 160, 0, 64] })
  t.same(rows(computePalette(image)), ['255,0,0 67', '0,160,0 33'])
})

t.test('a wholly transparent picture has no colours', async t => {
  t.same(computePalette(picture(16, 16, () => [120, 30, 60, 0])), [])
})

t.test('shares fall and sum to one, colours are whole and at most eight, equal pictures give equal palettes', async t => {
  const random = seededRandom(5)
  for (const [width, height] of [[1, 7], [7, 1], [3, 2], [64, 64], [300, 200], [2000, 3]] as const) {
    const image = picture(width, height, (x, y) => [random() * 256, (x * 7 + y) % 256, (x + y * 3) % 256])
    const palette = computePalette(image)
    t.ok(palette.length >= 1 && palette.length <= 8)
    t.ok(Math.abs(palette.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9)
    t.same(palette.map(({ share }) => share), palette.map(({ share }) => share).sort((a, b) => b - a))
    for (const channel of palette.flatMap(rgb)) t.ok(Number.isInteger(channel) && channel >= 0 && channel <= 255)
    t.same(computePalette(image), palette)
  }
})
