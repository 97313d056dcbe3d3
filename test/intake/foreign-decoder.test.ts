import t from 'tap'
import { createForeignDecoder } from '../../src/intake/foreign-decoder.js'
import { findHeifProfile } from '../../src/intake/heif-profile.js'
import { createTiff } from '../../src/intake/tiff-file.js'
import sharp from 'sharp'
import { readFixture } from '../fixtures/index.js'
import { failureOf, never } from './listeners.js'

t.test('no thread exists before the first picture and after the last for a while', async t => {
  const decoder = createForeignDecoder({ maxPixels: 10_000, idleTimeoutMs: 300 })
  t.teardown(() => decoder.close())
  t.equal(decoder.threads(), 0)
  await failureOf(decoder.decode('bmp', Buffer.from('BM'), never()))
  t.equal(decoder.threads(), 0, 'a header that condemns the picture needs none')
  const bytes = readFixture('quarters.bmp')
  const tiff = await decoder.decode('bmp', bytes, never())
  t.equal(decoder.threads(), 1)
  t.match(await sharp(tiff).metadata(), { format: 'tiff', width: 48, height: 32, channels: 3 })
  t.same(bytes, readFixture('quarters.bmp'), 'the caller keeps his bytes')
  await Promise.all([decoder.decode('heic', readFixture('quarters.heic'), never()), decoder.decode('bmp', bytes, never())])
  t.equal(decoder.threads(), 1, 'one is enough')
  // How soon a thread ends is the machine's business; that it does, within ten seconds, is ours.
  for (let tries = 0; tries < 100 && decoder.threads() > 0; tries++) await new Promise(resolve => setTimeout(resolve, 100))
  t.equal(decoder.threads(), 0)
  t.match(await sharp(await decoder.decode('bmp', bytes, never())).metadata(), { width: 48 }, 'and it starts again')
})

t.test('closing ends what is under way without blaming the picture', async t => {
  const decoder = createForeignDecoder({ maxPixels: 10_000 })
  const work = failureOf(decoder.decode('bmp', readFixture('quarters.bmp'), never()))
  await decoder.close()
  t.match(await work, { kind: 'busy', message: 'the server is stopping' })
})

t.test('the decoders print nothing', async t => {
  const decoder = createForeignDecoder({ maxPixels: 10_000 })
  t.teardown(() => decoder.close())
  const printed: unknown[] = []
  const { write } = process.stderr
  t.teardown(() => { process.stderr.write = write })
  process.stderr.write = ((chunk: unknown) => printed.push(chunk) > 0) as typeof write
  const heic = readFixture('quarters.heic')
  for (let cut = 300; cut < heic.length; cut += 60) await decoder.decode('heic', heic.subarray(0, cut), never()).catch(() => {})
  heic.fill(0x55, 500)
  await decoder.decode('heic', heic, never()).catch(() => {})
  await new Promise(resolve => setTimeout(resolve, 100))
  t.same(printed, [])
})

t.test('the profile of a HEIC is found, and its absence and damage bear', async t => {
  const profile = findHeifProfile(readFixture('quarters-p3.heic'))
  t.equal(Buffer.from(profile ?? []).toString('latin1', 36, 40), 'acsp', 'the signature of an ICC profile')
  t.equal(findHeifProfile(readFixture('quarters.heic')), undefined)
  const bytes = readFixture('quarters-p3.heic')
  for (let cut = 0; cut < bytes.length; cut += 7) t.doesNotThrow(() => findHeifProfile(bytes.subarray(0, cut)))
  for (let at = 0; at + 4 < 600; at++) {
    const damaged = Buffer.from(bytes)
    damaged.writeUInt32BE(at % 3 === 0 ? 0 : at % 3 === 1 ? 1 : 0xffffffff, at)
    findHeifProfile(damaged)
  }
})

t.test('pixels pass through a TIFF unchanged', async t => {
  for (const [width, height, channels] of [[1, 1, 3], [2, 1, 4], [3, 2, 3], [301, 257, 4], [30_000, 2, 3], [1, 3000, 3]] as const) {
    const { file, pixels } = createTiff({ width, height, channels })
    for (let i = 0; i < pixels.length; i++) pixels[i] = i * 7 % 251
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    t.match(info, { width, height, channels })
    t.ok(data.equals(pixels), `${width}x${height}x${channels}`)
  }
})
