import t from 'tap'
import { rampThrough } from '../../src/imaging/color-ramp.js'
import { type InterestMap } from '../../src/imaging/interest-map.js'
import { paintColors, paintLevels, paintOver } from '../../src/imaging/paint-map.js'

const slope: InterestMap = { values: Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 7), width: 8, height: 8 }
const flat = (value: number): InterestMap => ({ values: new Float32Array(12).fill(value), width: 4, height: 3 })

t.test('levels are linear, and the same from row to row where the map is', async t => {
  const { data, channels } = await paintLevels(slope, { width: 800, height: 600 })
  t.equal(channels, 1)
  t.equal(data.length, 800 * 600)
  for (const x of [200, 250, 400, 555, 600]) t.ok(Math.abs(data[300 * 800 + x]! - 255 * ((x + 0.5) / 100 - 0.5) / 7) <= 1, `pixel ${x}`)
  for (let y = 0; y < 600; y += 7) t.same(data.subarray(y * 800, y * 800 + 800), data.subarray(0, 800))
})

t.test('every pixel is painted, whatever the size', async t => {
  for (const [width, height] of [[1, 1], [1, 5000], [5000, 1], [3, 2], [37, 1031], [1200, 2050]] as const) {
    t.ok((await paintLevels(flat(1), { width, height })).data.every(level => level === 255), `${width} x ${height}`)
    const { data } = await paintColors(flat(1), { width, height }, rampThrough([0x102030, 0x405060]))
    t.ok(data.length === width * height * 3 && data.every((byte, i) => byte === [0x40, 0x50, 0x60][i % 3]), `${width} x ${height}, colours`)
  }
})

t.test('the middle of the map is the middle of the picture', async t => {
  const spot: InterestMap = { values: Float32Array.from({ length: 81 }, (_, i) => i === 40 ? 1 : 0), width: 9, height: 9 }
  for (const [width, height] of [[90, 45], [333, 999], [7, 7], [900, 2700]] as const) {
    const { data } = await paintLevels(spot, { width, height })
    let sum = 0
    let x = 0
    let y = 0
    for (const [i, level] of data.entries()) {
      sum += level
      x += level * (i % width)
      y += level * Math.floor(i / width)
    }
    t.ok(Math.abs(x / sum - (width - 1) / 2) < 0.6 && Math.abs(y / sum - (height - 1) / 2) < 0.6, `${width} x ${height}: ${x / sum}, ${y / sum}`)
  }
})

t.test('over a picture nothing is shaded evenly, and the strongest is mostly the colour', async t => {
  const picture = { data: new Uint8Array(20 * 10 * 4).fill(200), width: 20, height: 10, channels: 4, original: { width: 20, height: 10 } } as const
  const ramp = rampThrough([0x000000, 0xff0000])
  const dark = await paintOver(picture, flat(0), ramp)
  t.equal(dark.data.length, 600)
  t.ok(dark.data.every(byte => byte === dark.data[0] && byte > 90 && byte < 150))
  const strong = (await paintOver(picture, flat(1), ramp)).data
  t.ok(strong[0]! > 220 && strong[1]! < 90 && strong[2] === strong[1])
  t.ok(picture.data.every(byte => byte === 200), 'the picture is left alone')
})
