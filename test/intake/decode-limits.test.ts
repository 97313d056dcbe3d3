// What hostile pictures may cost: pixels, time, memory.
import t from 'tap'
import { setMaxListeners } from 'node:events'
import { crc32, deflateSync } from 'node:zlib'
import { Failure } from '../../src/errors.js'
import { type DecodeOptions, configureSharp, createImageDecoder } from '../../src/intake/decode-image.js'
import { FIXTURES, type FixtureName, readFixture } from '../fixtures/index.js'
import { bmpFile } from './bmp-file.js'
import { failureOf, never } from './listeners.js'

configureSharp()

const flat: DecodeOptions = { alpha: 'flatten' }

const limits = { maxPixels: 50_000_000, timeoutMs: 20_000 }

// Shared where it can be: a worker thread takes seconds to start under the test runner.
const decoder = createImageDecoder(limits)
t.teardown(() => decoder.close())

function pngFile (width: number, height: number, idat: Buffer): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', idat), chunk('IEND', Buffer.alloc(0))])
}

/** Puts other numbers into a fixture, right behind the last occurrence of a marker. */
function patched (name: FixtureName, marker: Buffer | string, skip: number, ...numbers: ReadonlyArray<readonly [value: number, bytes: 2 | 4]>): Buffer {
  const bytes = readFixture(name)
  let at = bytes.lastIndexOf(marker) + Buffer.from(marker).length + skip
  for (const [value, size] of numbers) at = size === 2 ? bytes.writeUInt16BE(value, at) : bytes.writeUInt32BE(value, at)
  return bytes
}

/** A run-length coded BMP: 280 KB that become 36 megapixels and half a second of work in the worker thread. */
function slowBmp (): Buffer {
  const row = [...Array.from({ length: 23 }, () => [255, 1]).flat(), 135, 2, 0, 0]
  return bmpFile({ width: 6000, height: 6000, bits: 8, compression: 1, palette: [[0, 0, 0], [9, 9, 9], [200, 100, 50]], data: Array.from({ length: 6000 }, () => row).flat() })
}

t.test('too many pixels are refused by the header, with the size and the limit', async t => {
  // The first such picture starts the thread, which takes its time where TypeScript is compiled as it is loaded.
  await decoder.decode(readFixture('quarters.heic'), flat, never())
  const message = async (bytes: Buffer): Promise<string> => {
    const start = performance.now()
    const failure = await failureOf(decoder.decode(bytes, flat, never()))
    t.ok(performance.now() - start < 4000)
    return `${failure.kind}: ${failure.message}`
  }
  t.equal(await message(pngFile(65535, 65535, Buffer.alloc(0))), 'too_large: the image has 4294.8 megapixels (65535x65535); the limit is 50.0 megapixels')
  t.equal(await message(pngFile(8250, 8250, deflateSync(Buffer.alloc(1000)))), 'too_large: the image has 68.1 megapixels (8250x8250); the limit is 50.0 megapixels')
  t.equal(await message(pngFile(50_000, 1001, Buffer.alloc(0))), 'too_large: the image has 50050000 pixels (50000x1001); the limit is 50000000 pixels')
  t.equal(await message(patched('quarters.jpg', Buffer.from([0xff, 0xc0]), 3, [65500, 2], [65500, 2])), 'too_large: the image has 4290.3 megapixels (65500x65500); the limit is 50.0 megapixels')
  t.match(await message(patched('quarters.avif', 'ispe', 4, [17_000, 4], [17_000, 4])), /^too_large: the image has 289.0 megapixels \(17000x17000\)/)
  t.match(await message(bmpFile({ width: 60_000, height: 60_000, bits: 24, data: [1, 2, 3] })), /^unsupported_media: the BMP data is damaged or cut off: 60000 x 60000 pixels need at least/)
  t.match(await message(patched('quarters.heic', 'ispe', 4, [9000, 4], [9000, 4])), /^too_large: the image has 81.0 megapixels \(9000x9000\)/)
  const small = createImageDecoder({ ...limits, maxPixels: 1535 })
  t.teardown(() => small.close())
  for (const name of ['quarters.jpg', 'quarters.png', 'quarters.gif', 'quarters.webp', 'quarters.avif', 'quarters.tif', 'quarters.bmp', 'quarters.heic'] as const) {
    t.match(await failureOf(small.decode(readFixture(name), flat, never())), { kind: 'too_large', message: 'the image has 1536 pixels (48x32); the limit is 1535 pixels' }, name)
  }
})

t.test('a picture that declares less than it holds is refused', async t => {
  t.match(await failureOf(decoder.decode(patched('quarters.heic', 'ispe', 4, [32, 4], [16, 4]), flat, never())), { kind: 'unsupported_media', message: 'the HEIC data is damaged or cut off' })
  t.match(await failureOf(decoder.decode(patched('quarters.avif', 'ispe', 4, [16, 4], [16, 4]), flat, never())), { kind: 'unsupported_media', message: 'the AVIF data is damaged or cut off' })
})

t.test('a picture that kills the worker thread is refused, and the thread is replaced', async t => {
  // Without its size the decoder's glue code throws where nobody can catch it.
  const deadly = readFixture('quarters.heic')
  deadly.write('free', deadly.lastIndexOf('ispe'))
  t.match(await failureOf(decoder.decode(deadly, flat, never())), { kind: 'unsupported_media', message: 'the HEIC data is damaged or cut off', cause: { name: 'RangeError' } })
  t.match(await decoder.decode(readFixture('quarters.heic'), flat, never()), { width: 48 })
})

t.test('decoding ends at its deadline, and the next picture is decoded', async t => {
  const slow = slowBmp()
  const hasty = createImageDecoder({ ...limits, timeoutMs: 60 })
  t.teardown(() => hasty.close())
  const start = performance.now()
  t.match(await failureOf(hasty.decode(slow, flat, never())), { kind: 'deadline_passed', message: 'decoding the image took longer than the limit of 0.06 s' })
  t.ok(performance.now() - start < 1500)
  t.match(await decoder.decode(slow, { ...flat, size: { width: 60, height: 60, fit: 'inside' } }, never()), { width: 60, height: 60, original: { width: 6000, height: 6000 } })
})

t.test('a client that goes away ends decoding at once', async t => {
  const reason = new Error('the client went away')
  const png = pngFile(7000, 7000, deflateSync(Buffer.alloc(7000 * 21001)))
  for (const [what, bytes] of [['in the worker thread', slowBmp()], ['in sharp', png]] as const) {
    const controller = new AbortController()
    const work = decoder.decode(bytes, flat, controller.signal)
    setTimeout(() => controller.abort(reason), 40)
    const start = performance.now()
    await t.rejects(work, reason, what)
    t.ok(performance.now() - start < 5000, `${what}, soon: sharp itself cannot be stopped`)
  }
  await t.rejects(decoder.decode(png, flat, AbortSignal.abort(reason)), reason, 'before it began')
  t.match(await decoder.decode(readFixture('quarters.bmp'), flat, never()), { width: 48 }, 'the worker thread is replaced')
  t.match(await decoder.decode(readFixture('quarters.png'), flat, never()), { width: 48 })
})

t.test('pictures wait for a place, but for the thread of BMP and HEIC only so many', async t => {
  const one = createImageDecoder({ ...limits, maxConcurrent: 1 })
  const images = await Promise.all(Array.from({ length: 10 }, () => one.decode(readFixture('quarters.png'), flat, never())))
  t.ok(images.every(image => image.width === 48))
  const slow = slowBmp()
  const controller = new AbortController()
  setMaxListeners(50, controller.signal)
  const results = Array.from({ length: 20 }, () => failureOf(decoder.decode(slow, flat, controller.signal)).catch((error: Error) => error))
  const first = await Promise.race(results)
  t.match(first, { kind: 'busy', message: '16 BMP and HEIC pictures are waiting to be decoded, which is the limit', retryAfterS: 2 })
  controller.abort(new Error('enough'))
  await Promise.all(results)
})

t.test('200 mutants of the fixtures end in a picture or a failure, soon', async t => {
  const names = Object.keys(FIXTURES).filter((name): name is FixtureName => /^(quarters|animated)/.test(name))
  const random = seeded(20261125)
  const outcomes = { picture: 0, failure: 0 }
  let slowest = 0
  for (let i = 0; i < 200; i++) {
    const name = names[i % names.length] ?? 'quarters.png'
    const bytes = mutate(readFixture(name), random)
    const start = performance.now()
    try {
      const { data, width, height, channels } = await decoder.decode(bytes, { alpha: i % 2 === 0 ? 'keep' : 'flatten' }, never())
      if (data.length !== width * height * channels) t.fail(`${name}, mutant ${i}: ${data.length} bytes for ${width}x${height}x${channels}`)
      outcomes.picture++
    } catch (error) {
      if (!(error instanceof Failure)) t.fail(`${name}, mutant ${i}: ${String(error)}`)
      outcomes.failure++
    }
    slowest = Math.max(slowest, performance.now() - start)
  }
  t.ok(slowest < 5000, `the slowest took ${Math.round(slowest)} ms`)
  t.ok(outcomes.picture > 20 && outcomes.failure > 20, JSON.stringify(outcomes))
  t.match(await decoder.decode(readFixture('quarters.heic'), flat, never()), { width: 48 }, 'all still works')
})

/** Numbers from 0 to n - 1 that are the same on every run. */
function seeded (seed: number): (n: number) => number {
  let state = seed >>> 0
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 32 * n)
  }
}

/** Flips bits, cuts off, cuts out, or writes a large number into the first part. */
function mutate (bytes: Buffer, random: (n: number) => number): Buffer {
  switch (random(4)) {
    case 0: return bytes.subarray(0, random(bytes.length))
    case 1: {
      const at = random(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(20))])
    }
    case 2:
      bytes.writeUInt32BE([0xffffffff, 0x7fffffff, 0x00010000][random(3)] ?? 0, random(Math.min(bytes.length - 4, 500)))
      return bytes
    default:
      for (let flips = 1 + random(8); flips > 0; flips--) {
        const at = random(bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
      }
      return bytes
  }
}
