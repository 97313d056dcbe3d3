import t from 'tap'
import { INFERNO_RAMP, rampThrough } from '../../src/imaging/color-ramp.js'
import { labFromSrgb } from '../../src/imaging/color-difference.js'

const partsOf = (color: number): [number, number, number] => [color & 255, (color >> 8) & 255, (color >> 16) & 255]

t.test('a ramp goes straight from one colour to the next', async t => {
  const ramp = rampThrough([0x000000, 0xff0000, 0xff00ff])
  t.equal(ramp.length, 256)
  t.same(partsOf(ramp[0]!), [0, 0, 0])
  t.same(partsOf(ramp[255]!), [255, 0, 255])
  t.same(partsOf(ramp[51]!), [102, 0, 0])
  t.same(partsOf(ramp[204]!), [255, 0, 153])
})

t.test('each colour of the heat map is lighter than the one before it', async t => {
  const lightness = [...INFERNO_RAMP].map(color => labFromSrgb(...partsOf(color)).lightness)
  t.ok(lightness.every((value, i) => i === 0 || value > lightness[i - 1]! - 0.15), 'within a rounding to bytes')
  t.ok(lightness.every((value, i) => i < 4 || value > lightness[i - 4]!), 'surely over four steps')
})
