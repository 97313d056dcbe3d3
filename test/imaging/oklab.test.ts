import t from 'tap'
import { deltaE2000, labFromSrgb } from '../../src/imaging/color-difference.js'
import { LINEAR_FROM_SRGB, srgbFromLinear, srgbFromOklab, writeBentOklab, writeOklab } from '../../src/imaging/oklab.js'

type Rgb = readonly [number, number, number]

function oklab (...[red, green, blue]: Rgb): Float64Array {
  const out = new Float64Array(3)
  writeOklab(red, green, blue, out, 0)
  return out
}

function bent (...rgb: Rgb): Float64Array {
  const out = new Float64Array(3)
  writeBentOklab(oklab(...rgb), 0, out, 0)
  return out
}

function distance (first: Float64Array, second: Float64Array): number {
  return Math.hypot(...first.map((value, i) => value - (second[i] ?? NaN)))
}

t.test('every sRGB level survives linear light and back', async t => {
  LINEAR_FROM_SRGB.forEach((light, level) => t.equal(srgbFromLinear(light), level))
  t.equal(srgbFromLinear(-0.2), 0, 'clipped below')
  t.equal(srgbFromLinear(1.4), 255, 'clipped above')
})

t.test('white, black and the primaries stand where the author of OKLab puts them', async t => {
  const rounded = (...rgb: Rgb): number[] => [...oklab(...rgb)].map(value => Number(value.toFixed(3)) + 0)
  t.same(rounded(255, 255, 255), [1, 0, 0])
  t.same(rounded(0, 0, 0), [0, 0, 0])
  t.same(rounded(255, 0, 0), [0.628, 0.225, 0.126])
  t.same(rounded(0, 255, 0), [0.866, -0.234, 0.179])
  t.same(rounded(0, 0, 255), [0.452, -0.032, -0.312])
})

t.test('a colour comes back from OKLab as it went in', async t => {
  for (let red = 0; red < 256; red += 15) {
    for (let green = 0; green < 256; green += 17) {
      for (let blue = 0; blue < 256; blue += 15) {
        const [l = 0, a = 0, b = 0] = oklab(red, green, blue)
        const back = srgbFromOklab(l, a, b)
        if (back !== (red << 16 | green << 8 | blue)) t.fail(`${red},${green},${blue} came back as ${back.toString(16)}`)
      }
    }
  }
})

t.test('writing at an offset touches three places only', async t => {
  const out = new Float64Array(7).fill(9)
  writeOklab(255, 255, 255, out, 3)
  t.same([...out].map(Math.round), [9, 9, 9, 1, 0, 0, 9])
  const bentOut = new Float64Array(4).fill(9)
  writeBentOklab(out, 3, bentOut, 1)
  t.same([...bentOut].map(Math.round), [9, 76, 0, 0])
})

t.test('straight distances in the bent space are within 15 % of CIEDE2000 on average, for any colours', async t => {
  let seed = 3
  const random = (limit: number): number => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32
    return Math.floor(seed / 2 ** 32 * limit)
  }
  let error = 0
  let pairs = 0
  while (pairs < 3000) {
    const first: Rgb = [random(256), random(256), random(256)]
    const near = first.map(channel => Math.min(255, Math.max(0, channel + random(61) - 30)))
    const second: Rgb = [near[0] ?? 0, near[1] ?? 0, near[2] ?? 0]
    const difference = deltaE2000(labFromSrgb(...first), labFromSrgb(...second))
    if (difference < 2 || difference > 30) continue
    error += Math.abs(distance(bent(...first), bent(...second)) / difference - 1)
    pairs++
  }
  t.ok(error / pairs < 0.15, `mean relative error ${(error / pairs).toFixed(3)}`)
})
