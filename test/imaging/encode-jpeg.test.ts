import t from 'tap'
import sharp from 'sharp'
import { encodeJpeg, withJfifHeader } from '../../src/imaging/encode-jpeg.js'

t.test('a JPEG begins as the documented ones do and decodes to what went in', async t => {
  const data = Uint8Array.from({ length: 32 * 16 * 3 }, (_, i) => [200, 100, 50][i % 3]!)
  const jpeg = await encodeJpeg({ data, width: 32, height: 16, channels: 3 }, 90)
  t.equal(jpeg.toString('base64').slice(0, 31), '/9j/4AAQSkZJRgABAQAAAQABAAD/2wB'.slice(0, 31))
  const { data: decoded, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  t.match(info, { width: 32, height: 16, channels: 3 })
  t.ok(decoded.every((byte, i) => Math.abs(byte - data[i]!) <= 3))
})

t.test('one channel gives a grey JPEG', async t => {
  const jpeg = await encodeJpeg({ data: new Uint8Array(64).fill(77), width: 8, height: 8, channels: 1 }, 95)
  t.match(await sharp(jpeg).metadata(), { format: 'jpeg', channels: 1, space: 'b-w' })
  t.equal((await sharp(jpeg).stats()).channels[0]?.mean, 77)
})

t.test('the header stands behind the first marker', async t => {
  t.equal(withJfifHeader(Uint8Array.of(0xff, 0xd8, 0xff, 0xdb)).toString('hex'), 'ffd8ffe000104a46494600010100000100010000ffdb')
})
