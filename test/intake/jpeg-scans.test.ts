import t from 'tap'
import sharp from 'sharp'
import { configureSharp, createImageDecoder } from '../../src/intake/decode-image.js'
import { MAX_JPEG_SCANS, countJpegScans } from '../../src/intake/jpeg-scans.js'
import { readFixture } from '../fixtures/index.js'

configureSharp()

/** A progressive JPEG whose last scan is repeated. */
async function withScans (extra: number): Promise<Buffer> {
  const jpeg = await sharp(readFixture('quarters.png')).jpeg({ progressive: true }).toBuffer()
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]))
  const scan = jpeg.subarray(last, -2)
  return Buffer.concat([jpeg.subarray(0, -2), ...Array.from({ length: extra }, () => scan), jpeg.subarray(-2)])
}

t.test('scans are counted up to the end marker', async t => {
  t.equal(countJpegScans(readFixture('quarters.jpg')), 1)
  const progressive = await withScans(0)
  const scans = countJpegScans(progressive)
  t.ok(scans > 1 && scans < 20, `${scans} scans`)
  t.equal(countJpegScans(await withScans(5)), scans + 5)
  const trailing = Buffer.concat([progressive, ...Array.from({ length: 300 }, () => Buffer.from([0xff, 0xda, 0, 2]))])
  t.equal(countJpegScans(trailing), scans, 'what follows the picture does not count')
})

t.test('an application segment that holds another picture does not count', async t => {
  const jpeg = readFixture('quarters.jpg')
  const inner = Buffer.concat(Array.from({ length: 200 }, () => Buffer.from([0xff, 0xda, 0, 2])))
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, (inner.length + 2) >> 8, (inner.length + 2) & 255]), inner])
  t.equal(countJpegScans(Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)])), 1)
})

t.test('damaged files end the count too', async t => {
  t.equal(countJpegScans(Buffer.alloc(0)), 0)
  t.equal(countJpegScans(Buffer.from([0xff, 0xd8, 0xff])), 0)
  t.equal(countJpegScans(Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 0])), 1)
  t.equal(countJpegScans(Buffer.alloc(1000, 0xff)), 0)
})

t.test('a picture of very many scans is refused before it is decoded', async t => {
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 10_000 })
  t.teardown(() => decoder.close())
  const { signal } = new AbortController()
  await t.rejects(decoder.decode(await withScans(200), { alpha: 'flatten' }, signal), {
    kind: 'unsupported_media',
    message: `the JPEG has more than ${MAX_JPEG_SCANS} scans, which is the limit`
  })
  t.match(await decoder.decode(await withScans(0), { alpha: 'flatten' }, signal), { width: 48, height: 32 })
})
