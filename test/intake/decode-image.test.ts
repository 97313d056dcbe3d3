import t, { type Test } from 'tap'
import sharp, { type Sharp } from 'sharp'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import { turnImage } from '../../src/imaging/turn-image.js'
import { type DecodeOptions, configureSharp, createImageDecoder } from '../../src/intake/decode-image.js'
import { type FixtureName, QUARTERS, readFixture } from '../fixtures/index.js'
import { ORIENTATIONS, storedTurned } from '../fixtures/turned.js'
import { failureOf, never } from './listeners.js'

configureSharp()

// One for all tests: its worker thread takes seconds to start under the test runner.
const decoder = createImageDecoder({ maxPixels: 50_000_000, timeoutMs: 20_000 })
t.teardown(() => decoder.close())

const pixel = ({ data, width, channels }: DecodedImage, x: number, y: number): number[] =>
  [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)]

/** The colours in the middle of the four quarters, in reading order. */
function quartersOf (image: DecodedImage): number[][] {
  const [left, right] = [Math.floor(image.width / 4), Math.floor(image.width * 3 / 4)]
  const [top, bottom] = [Math.floor(image.height / 4), Math.floor(image.height * 3 / 4)]
  return [pixel(image, left, top), pixel(image, right, top), pixel(image, left, bottom), pixel(image, right, bottom)]
}

function near (t: Test, found: ReadonlyArray<readonly number[]>, wanted: ReadonlyArray<readonly number[]>, tolerance: number, what: string): void {
  const worst = Math.max(...wanted.flatMap((colour, i) => colour.map((value, c) => Math.abs(value - (found[i]?.[c] ?? 999)))))
  t.ok(worst <= tolerance, `${what}: off by ${worst}`)
}

const flat: DecodeOptions = { alpha: 'flatten' }
const keep: DecodeOptions = { alpha: 'keep' }
const { red, green, blue, yellow } = QUARTERS
const raw = (data: readonly number[], width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(Buffer.from(data), { raw: { width, height, channels } })

t.test('each format gives its pixels', async t => {
  const table: ReadonlyArray<readonly [FixtureName, number]> = [
    ['quarters.jpg', 2], ['quarters.png', 0], ['quarters.gif', 0], ['quarters.webp', 0], ['quarters.avif', 0],
    ['quarters.tif', 0], ['quarters.bmp', 0], ['quarters.heic', 3], ['quarters-p3.png', 2], ['quarters-p3.heic', 4]
  ]
  for (const [name, tolerance] of table) {
    const image = await decoder.decode(readFixture(name), flat, never())
    t.match(image, { width: 48, height: 32, channels: 3, original: { width: 48, height: 32 } }, name)
    t.equal(image.data.length, 48 * 32 * 3)
    near(t, quartersOf(image), [red, green, blue, yellow], tolerance, name)
  }
})

t.test('only the first frame counts', async t => {
  for (const name of ['animated.gif', 'animated.webp'] as const) {
    const image = await decoder.decode(readFixture(name), flat, never())
    t.match(image, { width: 48, height: 32 }, name)
    near(t, quartersOf(image), [red, green, blue, yellow], 0, name)
  }
})

t.test('all eight EXIF orientations come out upright', async t => {
  const [width, height] = [48, 32]
  const upright = await sharp(readFixture('quarters.png')).raw().toBuffer()
  // For each orientation, where the upright pixel (x, y) is stored, and whether the sides are exchanged.
  const stored: ReadonlyArray<readonly [(x: number, y: number) => readonly [number, number], boolean]> = [
    [(x, y) => [x, y], false],
    [(x, y) => [width - 1 - x, y], false],
    [(x, y) => [width - 1 - x, height - 1 - y], false],
    [(x, y) => [x, height - 1 - y], false],
    [(x, y) => [y, x], true],
    [(x, y) => [y, width - 1 - x], true],
    [(x, y) => [height - 1 - y, width - 1 - x], true],
    [(x, y) => [height - 1 - y, x], true]
  ]
  for (const [i, [place, exchanged]] of stored.entries()) {
    const [fileWidth, fileHeight] = exchanged ? [height, width] : [width, height]
    const data = Buffer.alloc(upright.length)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [fx, fy] = place(x, y)
        upright.copy(data, (fy * fileWidth + fx) * 3, (y * width + x) * 3, (y * width + x + 1) * 3)
      }
    }
    const file = sharp(data, { raw: { width: fileWidth, height: fileHeight, channels: 3 } }).withMetadata({ orientation: i + 1 })
    for (const [format, bytes] of Object.entries({ png: await file.clone().png().toBuffer(), tiff: await file.clone().tiff({ compression: 'deflate' }).toBuffer(), webp: await file.clone().webp({ lossless: true }).toBuffer() })) {
      const image = await decoder.decode(bytes, flat, never())
      t.match(image, { width, height, original: { width, height } }, `${format} ${i + 1}`)
      t.ok(upright.equals(image.data), `${format} ${i + 1}: every pixel`)
    }
    const jpeg = await file.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
    near(t, quartersOf(await decoder.decode(jpeg, flat, never())), [red, green, blue, yellow], 2, `jpeg ${i + 1}`)
    const shrunk = await decoder.decode(jpeg, { ...flat, size: { width: 12, height: 12, fit: 'inside' } }, never())
    t.match(shrunk, { width: 12, height: 8, original: { width, height } }, `jpeg ${i + 1}, shrunk`)
    near(t, quartersOf(shrunk), [red, green, blue, yellow], 4, `jpeg ${i + 1}, shrunk`)
  }
})

t.test('a size that enlarges one side gives the same pixels under all eight orientations', async t => {
  const options = { ...flat, size: { width: 512, height: 512, fit: 'fill' } } as const
  const small = await sharp(readFixture('monal.jpg')).extract({ left: 0, top: 100, width: 640, height: 300 }).png().toBuffer()
  const upright = await decoder.decode(small, options, never())
  t.match(upright, { width: 512, height: 512, original: { width: 640, height: 300 } })
  for (const orientation of ORIENTATIONS) {
    const { data } = await decoder.decode(await storedTurned(small, orientation), options, never())
    t.ok(data.every((value, index) => Math.abs(value - (upright.data[index] ?? NaN)) <= 6), `orientation ${orientation}`)
  }
})

t.test('pixels brought to another size are the same for a picture and for the same on its head', async t => {
  const data = Uint8Array.from({ length: 3 * 40 * 30 }, (_, index) => (index * index) % 251)
  const image: DecodedImage = { data, width: 40, height: 30, channels: 3, original: { width: 40, height: 30 } }
  for (const size of [{ width: 80, height: 60 }, { width: 60, height: 32 }, { width: 32, height: 48 }, { width: 20, height: 15 }]) {
    const resized = await decoder.resize(image, size)
    t.match(resized, { ...size, original: { width: 40, height: 30 } })
    const onHead = turnImage(await decoder.resize(turnImage(image, 2), size), 2)
    t.ok(resized.data.every((value, index) => Math.abs(value - (onHead.data[index] ?? -9)) <= 1), `${size.width} x ${size.height}`)
  }
})

t.test('HEIC is turned by its own rotation, once', async t => {
  const image = await decoder.decode(readFixture('quarters-turned.heic'), flat, never())
  t.match(image, { width: 32, height: 48, original: { width: 32, height: 48 } })
  near(t, quartersOf(image), [green, yellow, red, blue], 3, 'a quarter turn against the clock')
})

t.test('every kind of pixel becomes 8-bit RGB', async t => {
  const decode = async (image: Sharp, format: 'png' | 'jpeg' | 'tiff' | 'webp'): Promise<DecodedImage> =>
    await decoder.decode(await image.toFormat(format, format === 'tiff' ? { compression: 'deflate' } : {}).toBuffer(), flat, never())
  const greys = raw([0, 85, 170, 255], 2, 2, 1)
  const spread = [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255]
  t.same([...(await decode(greys.clone().toColourspace('b-w'), 'png')).data], spread, 'grey PNG')
  t.same([...(await decode(greys.clone().toColourspace('grey16'), 'png')).data], spread, '16-bit grey PNG')
  t.same([...(await decode(greys.clone().toColourspace('b-w'), 'tiff')).data], spread, 'grey TIFF')
  t.match(await decode(greys.clone().resize(32, 32, { kernel: 'nearest' }).toColourspace('b-w'), 'jpeg'), { width: 32, channels: 3 }, 'grey JPEG')
  t.same([...(await decoder.decode(await raw([0, 255, 255, 0], 2, 2, 1).toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer(), flat, never())).data], [0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0], '1-bit palette PNG')
  t.same([...(await decoder.decode(await raw([0, 255, 255, 0], 2, 2, 1).toColourspace('b-w').tiff({ bitdepth: 1, compression: 'none' }).toBuffer(), flat, never())).data], [0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0], '1-bit TIFF')
  t.same([...(await decode(raw([1, 128, 255], 1, 1, 3).toColourspace('rgb16'), 'png')).data], [1, 128, 255], '16-bit PNG')
  const quarters = sharp(readFixture('quarters.png'))
  near(t, quartersOf(await decode(quarters.clone().toColourspace('cmyk'), 'jpeg')), [red, green, [45, 84, 140], yellow], 45, 'CMYK JPEG, roughly')
  near(t, quartersOf(await decode(quarters.clone().toColourspace('cmyk').withIccProfile('cmyk'), 'tiff')), [red, green, [45, 84, 140], yellow], 45, 'CMYK TIFF with its profile, roughly')
  near(t, quartersOf(await decode(quarters.clone().toColourspace('lab'), 'tiff')), [red, green, blue, yellow], 2, 'Lab TIFF')
  near(t, quartersOf(await decode(quarters.clone().withIccProfile('p3'), 'jpeg')), [red, green, blue, yellow], 4, 'Display P3 JPEG')
})

t.test('alpha is painted on white or kept', async t => {
  const data = [255, 0, 0, 255, 0, 0, 255, 128, 10, 20, 30, 0]
  for (const format of ['png', 'tiff', 'webp'] as const) {
    const bytes = await raw(data, 3, 1, 4).toFormat(format, { png: {}, tiff: { compression: 'deflate' }, webp: { lossless: true, exact: true } }[format]).toBuffer()
    t.match(await decoder.decode(bytes, flat, never()), { channels: 3, data: new Uint8Array([255, 0, 0, 127, 127, 255, 255, 255, 255]) }, `${format}, painted`)
    const kept = await decoder.decode(bytes, keep, never())
    t.equal(kept.channels, 4)
    t.same([...kept.data.subarray(0, 8), kept.data[11]], [...data.slice(0, 8), 0], `${format}, kept`)
  }
  const grey = await raw([0, 255, 200, 0], 2, 1, 2).toColourspace('b-w').png().toBuffer()
  t.same([...(await decoder.decode(grey, flat, never())).data], [0, 0, 0, 255, 255, 255], 'grey with alpha')
  t.equal((await decoder.decode(grey, keep, never())).channels, 4)
  t.equal((await decoder.decode(readFixture('quarters.png'), keep, never())).channels, 3, 'no alpha, nothing to keep')
  t.equal((await decoder.decode(readFixture('quarters.heic'), keep, never())).channels, 3)
})

t.test('bands beyond colour and alpha are refused in words', async t => {
  const extra = { raw: { width: 2, height: 1, channels: 1 } } as const
  const five = await raw([1, 2, 3, 4, 5, 6], 2, 1, 3).joinChannel([Buffer.from([7, 8]), Buffer.from([9, 10])], extra).tiff({ compression: 'deflate' }).toBuffer()
  for (const options of [flat, keep]) {
    t.match(await failureOf(decoder.decode(five, options, never())), { kind: 'unsupported_media', message: 'the TIFF data has 5 channels; only grey, RGB and CMYK, each with or without alpha, are accepted' })
  }
})

t.test('the size is what was asked for', async t => {
  const png = readFixture('quarters.png')
  const sized = async (bytes: Buffer, width: number, height: number, fit: 'inside' | 'fill'): Promise<string> => {
    const image = await decoder.decode(bytes, { ...flat, size: { width, height, fit } }, never())
    t.equal(image.data.length, image.width * image.height * 3)
    t.match(image.original, await sharp(bytes).metadata().then(({ width, height }) => ({ width, height })))
    return `${image.width}x${image.height}`
  }
  t.equal(await sized(png, 24, 24, 'inside'), '24x16')
  t.equal(await sized(png, 1000, 1000, 'inside'), '48x32', 'never enlarged')
  t.equal(await sized(png, 48, 8, 'inside'), '12x8')
  t.equal(await sized(png, 64, 64, 'fill'), '64x64')
  t.equal(await sized(png, 7, 5, 'fill'), '7x5')
  const ribbon = await sharp({ create: { width: 3000, height: 2, channels: 3, background: '#000' } }).png().toBuffer()
  t.equal(await sized(ribbon, 256, 256, 'inside'), '256x1', 'no side becomes zero')
  const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#123456' } }).png().toBuffer()
  t.equal(await sized(dot, 32, 32, 'fill'), '32x32')
})

t.test('a large JPEG is shrunk while it is decoded', async t => {
  const noise = await sharp({ create: { width: 200, height: 150, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).png().toBuffer()
  const jpeg = await sharp(noise).resize(3200, 2400).jpeg({ quality: 80 }).toBuffer()
  const cpu = async (options: DecodeOptions): Promise<number> => {
    const before = process.cpuUsage()
    for (let i = 0; i < 3; i++) await decoder.decode(jpeg, options, never())
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  const small: DecodeOptions = { ...flat, size: { width: 256, height: 256, fit: 'inside' } }
  await cpu(small)
  const [shrunk, full] = [await cpu(small), await cpu(flat)]
  t.ok(shrunk < full * 0.8, `${Math.round(shrunk / 3000)} ms instead of ${Math.round(full / 3000)}`)
})

t.test('other formats are refused by name, with those that are accepted', async t => {
  const message = async (bytes: Buffer): Promise<string> => {
    const failure = await failureOf(decoder.decode(bytes, flat, never()))
    t.equal(failure.kind, 'unsupported_media')
    return failure.message
  }
  const accepted = 'accepted formats are JPEG, PNG, GIF, WebP, AVIF, TIFF, BMP, HEIC'
  t.equal(await message(Buffer.from([0xff, 0x0a, 1, 2, 3])), `JPEG XL data is not accepted; ${accepted}`)
  t.equal(await message(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')), `SVG data is not accepted; ${accepted}`)
  t.equal(await message(Buffer.from('%PDF-1.4')), `PDF data is not accepted; ${accepted}`)
  t.equal(await message(Buffer.from('hello')), `the data (5 bytes) is not an image of a known format; ${accepted}`)
  t.equal(await message(Buffer.alloc(0)), `the image is empty (0 bytes); ${accepted}`)
})

t.test('damaged and cut-off pictures are refused by the name of their format', async t => {
  const table: ReadonlyArray<readonly [FixtureName, string]> = [
    ['quarters.jpg', 'JPEG'], ['quarters.png', 'PNG'], ['quarters.gif', 'GIF'], ['quarters.webp', 'WebP'], ['quarters.avif', 'AVIF'],
    ['quarters.tif', 'TIFF'], ['quarters.bmp', 'BMP'], ['quarters.heic', 'HEIC']
  ]
  for (const [name, label] of table) {
    const bytes = readFixture(name)
    const failure = await failureOf(decoder.decode(bytes.subarray(0, Math.floor(bytes.length * 0.6)), flat, never()))
    t.equal(failure.kind, 'unsupported_media', name)
    t.ok(failure.message.startsWith(`the ${label} data is damaged or cut off`), failure.message)
    t.notMatch(failure.message, /vips|Error|libheif|\/|\n/i)
  }
})
