import t from 'tap'
import { decodeBmp, readBmpHeader } from '../../src/intake/decode-bmp.js'
import { bmpFile } from './bmp-file.js'

const RED = [255, 0, 0] as const
const GREEN = [0, 255, 0] as const
const BLUE = [0, 0, 255] as const
const WHITE = [255, 255, 255] as const
const BLACK = [0, 0, 0] as const
const palette = [RED, GREEN, BLUE, WHITE]

/** The picture of most tests: 3 wide, 2 high. */
const expected = [...RED, ...GREEN, ...BLUE, ...WHITE, ...BLUE, ...GREEN]

const pixels = (file: Buffer): number[] => [...decodeBmp(file).data]

t.test('each depth gives exact pixels', async t => {
  // Rows from the bottom: 3 2 1, then 0 1 2.
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 2, palette, data: [0b11100100, 0, 0, 0, 0b00011000, 0, 0, 0] })), expected, '2 bits')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 4, palette, data: [0x32, 0x10, 0, 0, 0x01, 0x20, 0, 0] })), expected, '4 bits, an odd width')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 8, palette, data: [3, 2, 1, 0, 0, 1, 2, 0] })), expected, '8 bits')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 16, data: [0xff, 0x7f, 0x1f, 0, 0xe0, 0x03, 0, 0, 0, 0x7c, 0xe0, 0x03, 0x1f, 0, 0, 0] })), expected, '16 bits')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 24, data: [255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0] })), expected, '24 bits')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 32, data: [255, 255, 255, 0, 255, 0, 0, 9, 0, 255, 0, 9, 0, 0, 255, 9, 0, 255, 0, 9, 255, 0, 0, 9] })), expected, '32 bits, the fourth byte undeclared')
  t.same(pixels(bmpFile({ width: 9, height: 1, bits: 1, palette: [BLACK, WHITE], data: [0b10000001, 0b10000000, 0, 0] })), [...WHITE, ...BLACK, ...BLACK, ...BLACK, ...BLACK, ...BLACK, ...BLACK, ...WHITE, ...WHITE], '1 bit')
})

t.test('rows from the top, OS/2 headers, gaps and a missing last padding are read', async t => {
  t.same(pixels(bmpFile({ width: 3, height: -2, bits: 8, palette, data: [0, 1, 2, 0, 3, 2, 1, 0] })), expected, 'top-down')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 8, headerBytes: 12, palette: [...palette, ...Array.from({ length: 252 }, () => BLACK)], data: [3, 2, 1, 0, 0, 1, 2, 0] })), expected, 'OS/2')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 8, palette, gap: 7, data: [3, 2, 1, 0, 0, 1, 2, 0] })), expected, 'a gap')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 8, palette, data: [3, 2, 1, 0, 0, 1, 2] })), expected, 'without the last padding')
  t.same(pixels(bmpFile({ width: 1, height: 1, bits: 8, palette, data: [9, 0, 0, 0] })), BLACK, 'an index beyond the palette')
  for (const headerBytes of [52, 56, 108, 124]) t.same(pixels(bmpFile({ width: 1, height: 1, bits: 24, headerBytes, data: [0, 0, 255, 0] })), RED, `${headerBytes} bytes of header`)
})

t.test('masks scale every width of channel to 0 to 255', async t => {
  t.same(pixels(bmpFile({ width: 2, height: 1, bits: 16, compression: 3, masks: [0xf800, 0x07e0, 0x001f], data: [0xff, 0xff, 0x10, 0x84] })), [255, 255, 255, 132, 130, 132], '5-6-5')
  t.same(pixels(bmpFile({ width: 1, height: 1, bits: 16, compression: 3, masks: [0x0f00, 0x00f0, 0x000f], data: [0x28, 0x01] })), [17, 34, 136], '4-4-4')
  t.same(pixels(bmpFile({ width: 1, height: 1, bits: 32, compression: 3, masks: [0x3ff00000, 0x000ffc00, 0x000003ff], data: [0x00, 0x02, 0x00, 0x20] })), [128, 0, 128], '10-10-10')
  t.same(pixels(bmpFile({ width: 1, height: 1, bits: 32, compression: 3, masks: [0x000000ff, 0x0000ff00, 0x00ff0000], data: [1, 2, 3, 0] })), [1, 2, 3], 'red first')
  t.same(pixels(bmpFile({ width: 1, height: 1, bits: 32, compression: 3, masks: [0xff000000, 0x00ff0000, 0x0000ff00], data: [0, 3, 2, 1] })), [1, 2, 3], 'the top byte')
  t.same(pixels(bmpFile({ width: 1, height: 1, bits: 16, compression: 3, masks: [0, 0, 0], data: [255, 255, 0, 0] })), BLACK, 'no masks')
})

t.test('alpha counts where it is declared and not zero everywhere', async t => {
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000]
  const some = decodeBmp(bmpFile({ width: 2, height: 1, bits: 32, compression: 3, headerBytes: 108, masks, data: [0, 0, 255, 128, 255, 0, 0, 0] }))
  t.same([some.channels, ...some.data], [4, 255, 0, 0, 128, 0, 0, 255, 0])
  const zero = decodeBmp(bmpFile({ width: 1, height: 1, bits: 32, compression: 3, headerBytes: 108, masks, data: [0, 0, 255, 0] }))
  t.same([zero.channels, ...zero.data], [4, 255, 0, 0, 255])
  const six = decodeBmp(bmpFile({ width: 1, height: 1, bits: 32, compression: 6, masks, data: [0, 0, 255, 64] }))
  t.same([six.channels, ...six.data], [4, 255, 0, 0, 64], 'masks behind a version 1 header')
})

t.test('runs are expanded', async t => {
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 8, compression: 1, palette, data: [0, 3, 3, 2, 1, 0, 0, 0, 1, 0, 1, 1, 1, 2, 0, 1] })), expected, '8 bits, literal and runs')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 4, compression: 2, palette, data: [0, 3, 0x32, 0x10, 0, 0, 2, 0x01, 1, 0x20, 0, 1] })), expected, '4 bits')
  t.same(pixels(bmpFile({ width: 3, height: 1, bits: 4, compression: 2, palette, data: [3, 0x12, 0, 1] })), [...GREEN, ...BLUE, ...GREEN], 'a run of two alternating colours')
  t.same(pixels(bmpFile({ width: 3, height: 2, bits: 8, compression: 1, palette, data: [0, 2, 1, 1, 2, 3, 0, 1] })), [...RED, ...WHITE, ...WHITE, ...RED, ...RED, ...RED], 'a jump leaves the first colour')
  t.same(pixels(bmpFile({ width: 2, height: 1, bits: 8, compression: 1, palette, data: [200, 1, 0, 1] })), [...GREEN, ...GREEN], 'too long a run stops at the edge')
  t.same(pixels(bmpFile({ width: 2, height: 1, bits: 8, compression: 1, palette, data: [2, 1] })), [...GREEN, ...GREEN], 'the end mark may be missing')
  t.throws(() => pixels(bmpFile({ width: 2, height: 3, bits: 8, compression: 1, palette, data: [2, 1, 0, 0, 1, 1] })), { message: 'it ends in row 2 of 3' })
})

t.test('headers that lie are refused before anything is allocated', async t => {
  const ok = { width: 3, height: 2, bits: 8, palette, data: [3, 2, 1, 0, 0, 1, 2, 0] }
  const table = [
    [bmpFile({ ...ok, width: 60_000, height: 60_000 }), '60000 x 60000 pixels need at least 3600000000 bytes, 8 are there'],
    [bmpFile({ ...ok, width: 0x7fffffff, height: 0x7fffffff }), /need at least 46116860\d+ bytes/],
    [bmpFile({ ...ok, width: 60_000, height: 60_000, compression: 1 }), '60000 x 60000 pixels need at least 28124488 bytes, 8 are there'],
    [bmpFile({ ...ok, width: -3 }), 'it claims a size of -3 x 2'],
    [bmpFile({ ...ok, height: 0 }), 'it claims a size of 3 x 0'],
    [bmpFile({ ...ok, bits: 64 }), 'it claims 64 bits per pixel'],
    [bmpFile({ ...ok, bits: 3 }), 'it claims 3 bits per pixel'],
    [bmpFile({ ...ok, compression: 2 }), 'compression 2 with 8 bits per pixel is not known'],
    [bmpFile({ ...ok, compression: 4 }), 'compression 4 with 8 bits per pixel is not known'],
    [bmpFile(ok).subarray(0, 20), 'it ends within the header'],
    [bmpFile(ok).subarray(0, 40), 'it ends within the header'],
    [bmpFile(ok).subarray(0, -4), '3 x 2 pixels need at least 7 bytes, 4 are there']
  ] as const
  for (const [file, message] of table) t.throws(() => readBmpHeader(file), { name: 'Error', message }, String(message))
})
