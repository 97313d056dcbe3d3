import t from 'tap'
import sharp from 'sharp'
import { estimateDecodeMemory } from '../../src/intake/decode-memory.js'
import { readFixture } from '../fixtures/index.js'

const picture = () => sharp({ create: { width: 100, height: 50, channels: 3, background: '#246' } })

t.test('what is streamed takes nothing, what must be whole takes its raster or more', async t => {
  const of = async (bytes: Uint8Array): Promise<number> => (await estimateDecodeMemory(bytes)).bytes / 5000
  t.equal(await of(await picture().jpeg().toBuffer()), 0)
  t.equal(await of(await picture().jpeg({ progressive: true }).toBuffer()), 6)
  t.equal(await of(await picture().png().toBuffer()), 0)
  t.equal(await of(await picture().png({ progressive: true }).toBuffer()), 3)
  t.equal(await of(await picture().toColourspace('rgb16').ensureAlpha().png({ progressive: true }).toBuffer()), 8)
  t.equal(await of(await picture().withMetadata({ orientation: 6 }).png().toBuffer()), 3)
  t.equal(await of(await picture().tiff().toBuffer()), 3)
  t.equal(await of(await picture().webp().toBuffer()), 6)
})

t.test('formats that sharp does not decode are estimated too', async t => {
  t.same(await estimateDecodeMemory(readFixture('quarters.heic')), { pixels: 48 * 32, bytes: 48 * 32 * 19 })
  t.same(await estimateDecodeMemory(readFixture('quarters.avif')), { pixels: 48 * 32, bytes: 48 * 32 * 19 })
  t.same(await estimateDecodeMemory(readFixture('quarters.bmp')), { pixels: 48 * 32, bytes: 48 * 32 * 8 })
})

t.test('what is no picture takes nothing: decoding says what is wrong with it', async t => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('no picture'), readFixture('quarters.png').subarray(0, 20), readFixture('quarters.bmp').subarray(0, 20)]) {
    t.same(await estimateDecodeMemory(bytes), { pixels: 0, bytes: 0 })
  }
})
