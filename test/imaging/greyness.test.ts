import t from 'tap'
import { isBlackAndWhite } from '../../src/imaging/greyness.js'

const SIDE = 20
function picture (pixel: (index: number) => readonly [number, number, number]) {
  const data = Uint8Array.from(Array.from({ length: SIDE * SIDE }, (_, index) => pixel(index)).flat())
  return { data, width: SIDE, height: SIDE, channels: 3 as const, original: { width: SIDE, height: SIDE } }
}
const grey = (value: number) => [value, value, value] as const

t.test('a picture of greys is black-and-white, even with what compression leaves of colour', async t => {
  t.ok(isBlackAndWhite(picture(index => grey(index % 256))))
  t.ok(isBlackAndWhite(picture(index => [index % 200, index % 200 + 4, index % 200 + 8])))
})

t.test('a coloured one is not, nor one with some colour in it, nor a blank page', async t => {
  t.notOk(isBlackAndWhite(picture(index => [index % 256, 80, 20])))
  t.notOk(isBlackAndWhite(picture(index => index < 4 ? [255, 0, 0] : grey(index % 256))))
  t.notOk(isBlackAndWhite(picture(() => grey(255))))
})
