import t from 'tap'
import sharp from 'sharp'
import { withJfifHeader } from '../../src/imaging/jfif.js'
import { encodeJpeg } from '../../src/imaging/jpeg-file.js'
import { greyPng } from '../../src/imaging/grey-png.js'

const plain = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#369' } }).jpeg().toBuffer()

t.test('the header stands right behind the start, once', async t => {
  const jpeg = withJfifHeader(plain)
  t.equal(jpeg.length, plain.length + 18)
  t.ok(jpeg.toString('base64').startsWith('/9j/4AAQSkZJRgABAQAAAQABAAD'), 'base64 begins as the documented samples do')
  t.same(jpeg.subarray(20), plain.subarray(2))
  t.equal(withJfifHeader(jpeg), jpeg)
  t.same(await sharp(jpeg).raw().toBuffer(), await sharp(plain).raw().toBuffer())
  t.throws(() => withJfifHeader(Buffer.from('GIF89a')), /not a JPEG/)
})

t.test('pixels become a JPEG file of their size', async t => {
  const file = await encodeJpeg(new Uint8Array(5 * 4 * 3).fill(200), 5, 4)
  t.match(await sharp(file).metadata(), { format: 'jpeg', width: 5, height: 4, channels: 3 })
  t.equal(file.toString('latin1', 6, 10), 'JFIF')
})

t.test('a mask becomes an 8-bit grey PNG', async t => {
  const mask = Uint8Array.of(0, 255, 255, 0, 255, 0)
  const file = greyPng(mask, 3, 2)
  t.match(await sharp(file).metadata(), { format: 'png', width: 3, height: 2, channels: 1, space: 'b-w', depth: 'uchar' })
  t.same([...await sharp(file).toColourspace('b-w').raw().toBuffer()], [...mask])
})
