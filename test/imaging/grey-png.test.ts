import t from 'tap'
import sharp from 'sharp'
import { greyPng } from '../../src/imaging/grey-png.js'

t.test('a mask becomes an 8-bit grey PNG', async t => {
  const mask = Uint8Array.of(0, 255, 255, 0, 255, 0)
  const file = greyPng(mask, 3, 2)
  t.match(await sharp(file).metadata(), { format: 'png', width: 3, height: 2, channels: 1, space: 'b-w', depth: 'uchar' })
  t.same([...await sharp(file).toColourspace('b-w').raw().toBuffer()], [...mask])
})
