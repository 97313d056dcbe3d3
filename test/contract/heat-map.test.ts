import t from 'tap'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { builtModels } from '../fixtures/built-models.js'
import { startServer } from './real-server.js'

builtModels()
const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))
// The first request starts a thread with a compiler in it, which a busy machine takes its time for.
const PATIENT = { COMPUTE_REQUEST_TIMEOUT: '5m' }
const DOCUMENTED_START = '/9j/4AAQSkZJRgABAQAAAQABAAD'

t.test('heatMap answers the documented content, key by key', async t => {
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t, PATIENT)
  const post = async (image: Buffer, options: Record<string, string> = {}): Promise<Response> => {
    const form = new FormData()
    form.append('image', new Blob([image]), 'image')
    for (const [name, value] of Object.entries(options)) form.append(name, value)
    return await fetch(`${baseUrl}/compute/v1/image/heatMap`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
  }
  const ask = async (image: Buffer, options: Record<string, string> = {}): Promise<Buffer> => {
    const answer = await post(image, options)
    const text = await answer.text()
    t.equal(answer.status, 200, text.slice(0, 200))
    t.match(answer.headers.get('server-timing'), /decode;dur=.*engine;dur=.*encode;dur=/)
    const body = JSON.parse(text) as { content: { heatmap: string }, code: string, message: string }
    t.same(Object.keys(body), ['content', 'code', 'message'])
    t.same(Object.keys(body.content), ['heatmap'])
    t.match(body, { code: '0', message: 'ok' })
    t.ok(body.content.heatmap.startsWith(DOCUMENTED_START), body.content.heatmap.slice(0, 40))
    t.match(body.content.heatmap, /^[A-Za-z0-9+/]+={0,2}$/, 'base64 without a prefix')
    return Buffer.from(body.content.heatmap, 'base64')
  }
  const sizeOf = async (jpeg: Buffer): Promise<string> => {
    const { format, width, height, orientation } = await sharp(jpeg).metadata()
    return `${format} ${width} x ${height}${orientation === undefined ? '' : ' turned'}`
  }
  /** The place of the middle of the brightest tenth of a grey map, in shares of the sides. */
  const middleOf = async (jpeg: Buffer): Promise<readonly [number, number]> => {
    const { data, info: { width, height } } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
    let [bright, left, top] = [0, 0, 0]
    for (let i = 0; i < data.length; i++) {
      if (data[i]! <= 230) continue
      bright++
      left += i % width
      top += Math.floor(i / width)
    }
    return [left / bright / width, top / bright / height]
  }

  const map = await ask(monal)
  t.equal(await sizeOf(map), 'jpeg 640 x 426')
  t.same(await ask(monal), map, 'the same picture gives the same answer')

  await t.test('the colours are those of the ramp: dark at the rim, light at the head', async t => {
    const { data } = await sharp(map).raw().toBuffer({ resolveWithObject: true })
    t.ok(data[0]! + data[1]! + data[2]! < 150)
    const [brightest] = (await sharp(map).stats()).channels.map(({ max }) => max)
    t.ok((brightest ?? 0) > 230)
  })

  await t.test('styles', async t => {
    t.same(await ask(monal, { STYLE: 'Map' }), map)
    const gray = await ask(monal, { style: 'gray' })
    t.equal(await sizeOf(gray), 'jpeg 640 x 426')
    const { channels } = await sharp(gray).stats()
    t.equal(channels.length, 1)
    t.ok(channels[0]!.max > 250 && channels[0]!.min < 5)
    const [x, y] = await middleOf(gray)
    t.ok(x > 0.2 && x < 0.6 && y < 0.45, `people look at the bird's head: ${x}, ${y}`)
    const overlay = await ask(monal, { style: 'overlay' })
    t.equal(await sizeOf(overlay), 'jpeg 640 x 426')
    t.notSame(overlay, map)
    const refused = await post(monal, { style: 'rainbow' })
    t.equal(refused.status, 400)
    t.match(await refused.json(), { content: {}, code: '-400', message: /'style' must be one of map, overlay, gray; it is "rainbow"/ })
  })

  await t.test('quality', async t => {
    t.same(await ask(monal, { quality: 'default' }), map)
    const fast = await ask(monal, { quality: 'fast' })
    t.equal(await sizeOf(fast), 'jpeg 640 x 426')
    t.notSame(fast, map)
    t.equal((await post(monal, { quality: 'best' })).status, 400)
  })

  await t.test('the map is that of the upright picture under every EXIF orientation', async t => {
    const [x, y] = await middleOf(await ask(monal, { style: 'gray' }))
    for (const [orientation, angle] of Object.entries({ 1: 0, 3: 180, 6: 270, 8: 90 })) {
      const stored = await sharp(monal).rotate(angle).withMetadata({ orientation: Number(orientation) }).jpeg({ quality: 95 }).toBuffer()
      const gray = await ask(stored, { style: 'gray' })
      t.equal(await sizeOf(gray), 'jpeg 640 x 426', `orientation ${orientation}`)
      const [turnedX, turnedY] = await middleOf(gray)
      t.ok(Math.abs(turnedX - x) < 0.04 && Math.abs(turnedY - y) < 0.04, `orientation ${orientation}: ${turnedX}, ${turnedY}`)
    }
  })

  await t.test('odd pictures have a defined answer of their own size', async t => {
    const flat = (width: number, height: number, background = '#808080ff') => sharp({ create: { width, height, channels: 4, background } }).png().toBuffer()
    for (const [width, height, style] of [[1, 1, 'map'], [1, 1, 'overlay'], [1, 5000, 'map'], [1, 5000, 'gray'], [3000, 2, 'overlay']] as const) {
      t.equal(await sizeOf(await ask(await flat(width, height), { style })), `jpeg ${width} x ${height}`)
    }
    const { channels } = await sharp(await ask(await flat(300, 200))).stats()
    t.ok(channels.every(({ max }) => max < 16), 'a flat picture has a flat low map')
    t.ok((await sharp(await ask(await flat(300, 200, '#0000'), { style: 'gray' })).stats()).channels[0]!.max < 3, 'so has one that is all transparent')

    const variants = {
      cmyk: await sharp(monal).toColourspace('cmyk').jpeg().toBuffer(),
      '16 bits': await sharp(monal).toColourspace('rgb16').png().toBuffer(),
      grey: await sharp(monal).greyscale().png().toBuffer(),
      transparent: await sharp(monal).ensureAlpha(0.8).png().toBuffer()
    }
    const expected = await middleOf(await ask(monal, { style: 'gray' }))
    for (const [name, bytes] of Object.entries(variants)) {
      const gray = await ask(bytes, { style: 'gray' })
      t.equal(await sizeOf(gray), 'jpeg 640 x 426', name)
      const [x, y] = await middleOf(gray)
      t.ok(Math.abs(x - expected[0]) < 0.1 && Math.abs(y - expected[1]) < 0.1, `${name}: ${x}, ${y}`)
    }
  })

  await t.test('what is no picture is refused', async t => {
    const answer = await post(Buffer.from('GIF89a, but not really'))
    t.equal(answer.status, 415)
    t.match(await answer.json(), { content: {}, code: '-415' })
  })
})

t.test('the server can be set to fast maps', async t => {
  const slow = await startServer(t, PATIENT)
  const quick = await startServer(t, { ...PATIENT, COMPUTE_HEATMAP_QUALITY: 'fast' })
  const ask = async ({ baseUrl, credentials: { login, accessToken } }: typeof slow, quality?: string): Promise<string> => {
    const form = new FormData()
    form.append('image', new Blob([monal]), 'image')
    if (quality !== undefined) form.append('quality', quality)
    const answer = await fetch(`${baseUrl}/compute/v1/image/heatMap`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    return await answer.text()
  }
  t.equal(await ask(quick), await ask(slow, 'fast'))
  t.equal(await ask(quick, 'default'), await ask(slow))
})
