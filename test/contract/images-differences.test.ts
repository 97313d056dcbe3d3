import t, { type Test } from 'tap'
import sharp from 'sharp'
import { readFixture } from '../fixtures/index.js'
import { startServer } from './real-server.js'

const proof = readFixture('proof.png')
const printed = readFixture('proof-printed.png')
const scanned = readFixture('proof-scanned.jpg')

interface Point { readonly x: number, readonly y: number }
interface Box extends Point { readonly width: number, readonly height: number }
interface Infos {
  readonly type: string
  readonly subAreas?: readonly string[]
  readonly enclosingCircle: { readonly circleRadius: number, readonly relativeCircleCenter: Point }
  readonly roiOccupancyRate: number
  readonly binaryMask: { readonly type: string, readonly encoding: string, readonly value: string }
  readonly relativeVertices: readonly Point[]
}
interface Area { readonly type: string, readonly boundingBox: Box, readonly resultInfos: { readonly imagesDifferences: Infos } }
interface ImageAreas { readonly areas: Readonly<Record<string, Area>>, readonly UUID: string, readonly version: string }
interface Content {
  readonly ref_image: string
  readonly query_image: string
  readonly score: number
  readonly Image1: ImageAreas
  readonly Image2: ImageAreas
  readonly summary: Record<string, unknown> & { readonly score: number, readonly errors: readonly string[], readonly resultInfos: { readonly imagesDifferences: { readonly nbAreas: number } } }
}

/** Where the label was changed, in pixels of proof.png. */
const CHANGED: Readonly<Record<string, Box>> = {
  letter: { x: 100, y: 46, width: 24, height: 30 },
  square: { x: 210, y: 120, width: 60, height: 60 },
  star: { x: 60, y: 145, width: 60, height: 62 }
}

t.test('imagesDifferences answers the documented contents, key by key', async t => {
  // What matches at all here matches by the first means: the dearer ones are tested where they are made.
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t, { COMPUTE_REQUEST_TIMEOUT: '5m', COMPUTE_MATCH_DEADLINE: '300ms' })
  const ask = async (image1: Buffer, image2: Buffer, options: Record<string, string> = {}): Promise<{ status: number, text: string, content: Content, code: string, message: string }> => {
    const form = new FormData()
    form.append('image1', new Blob([image1]), 'a')
    form.append('image2', new Blob([image2]), 'b')
    for (const [name, value] of Object.entries(options)) form.append(name, value)
    const answer = await fetch(`${baseUrl}/compute/v1/image/imagesDifferences`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    const text = await answer.text()
    return { status: answer.status, text, ...JSON.parse(text) as { content: Content, code: string, message: string } }
  }

  await t.test('by default both pictures with the differences highlighted', async t => {
    const { status, text, content, code } = await ask(proof, printed)
    t.equal(status, 200, text.slice(0, 200))
    t.equal(code, '0')
    t.same(Object.keys(content), ['ref_image', 'query_image', 'score'])
    t.equal(content.score, Math.trunc(content.score * 10) / 10, 'the score is cut to one decimal')
    t.ok(content.score > 10)
    for (const [name, image] of [['ref_image', proof], ['query_image', printed]] as const) {
      t.ok(content[name].startsWith('/9j/4AAQSkZJRgABAQAAAQABAAD'), `${name} is a JPEG with a JFIF header`)
      const shown = await pixels(Buffer.from(content[name], 'base64'))
      const given = await pixels(image)
      t.equal(shown.width, 320)
      t.equal(shown.height, 240)
      t.ok(Math.abs(at(shown, 240, 150) - at(given, 240, 150)) < 12, 'a difference keeps its light')
      t.ok(at(shown, 200, 60) < at(given, 200, 60) * 0.7, 'the rest is dimmed')
      const reds = Array.from({ length: 12 }, (_, i) => shown.data.subarray((150 * 320 + 198 + i) * 3, (150 * 320 + 198 + i) * 3 + 3))
      t.ok(reds.some(([red = 0, green = 255]) => red > 180 && green < 110), 'a red line stands beside the square')
    }
    t.equal((await ask(proof, printed)).text, text, 'the same pair gives the same answer')
  })

  await t.test('with new_format both pictures\' areas', async t => {
    const { content, text } = await ask(proof, printed, { new_format: 'True' })
    t.same(Object.keys(content), ['Image1', 'Image2', 'summary'])
    t.same(Object.keys(content.summary), ['name', 'status', 'message', 'resultInfos', 'score', 'errors'])
    t.match(content.summary, { name: 'imagesDifferences', status: 0, message: 'ok', errors: [], resultInfos: { imagesDifferences: { nbAreas: 4 } } })
    t.equal(content.summary.score, Math.fround(content.summary.score))
    t.match(text, /"status":0,/, 'status is printed as an integer')
    t.match(text, /"boundingBox":\{"x":\d+\.0,"y":\d+\.0,/, 'boxes are printed as floats')
    for (const image of [content.Image1, content.Image2]) {
      t.same(Object.keys(image), ['areas', 'UUID', 'version'])
      t.equal(image.version, '0.1')
      t.match(image.UUID, /^[0-9a-f]{8}$/)
      t.equal(image.UUID, content.Image1.UUID)
      t.same(Object.keys(image.areas), [0, 1, 2, 3].map(n => `${image.UUID}/${n}`))
      const [input, ...areas] = Object.values(image.areas)
      t.same(input, { type: 'area', resultInfos: { imagesDifferences: { type: 'input', subAreas: [1, 2, 3].map(n => `${image.UUID}/${n}`) } } })
      for (const area of areas) await checkArea(t, area)
      t.same(areas.map(area => nameOf(area.boundingBox)).sort(), Object.keys(CHANGED).sort())
    }
    t.same((await ask(proof, printed, { NEW_FORMAT: 'y' })).text, text)
    t.ok('ref_image' in (await ask(proof, printed, { new_format: 'False' })).content)
    t.equal((await ask(proof, printed, { new_format: 'maybe' })).status, 400)
  })

  await t.test('a scan that is larger, turned, cut and paler shows the same differences', async t => {
    const { content } = await ask(proof, scanned, { new_format: '1' })
    t.same(content.summary.errors, [])
    const first = Object.values(content.Image1.areas).slice(1)
    t.same(first.map(area => nameOf(area.boundingBox)).sort(), Object.keys(CHANGED).sort())
    const second = Object.values(content.Image2.areas).slice(1)
    for (const [index, area] of second.entries()) {
      await checkArea(t, area)
      t.ok(area.boundingBox.width > (first[index]?.boundingBox.width ?? 0), 'what the scan shows larger has a larger box there')
    }
  })

  await t.test('equal pictures have no areas and score 0', async t => {
    const { content, text } = await ask(proof, proof, { new_format: 'yes' })
    t.equal(content.summary.score, 0)
    t.equal(content.summary.resultInfos.imagesDifferences.nbAreas, 1)
    t.same(Object.values(content.Image1.areas), [{ type: 'area', resultInfos: { imagesDifferences: { type: 'input', subAreas: [] } } }])
    t.match(text, /"score":0\.0,"errors":\[\]/)
    const shown = await ask(proof, proof)
    t.equal(shown.content.score, 0)
    const picture = await pixels(Buffer.from(shown.content.ref_image, 'base64'))
    t.ok(Math.abs(at(picture, 200, 60) - at(await pixels(proof), 200, 60)) < 12, 'nothing is dimmed where nothing is highlighted')
  })

  await t.test('a single pixel of a page is found', async t => {
    const { data, width, height } = await pixels(proof)
    data[(100 * width + 7) * 3 + 1]! ^= 0x20
    const changed = await sharp(data, { raw: { width, height, channels: 3 } }).png().toBuffer()
    const { content } = await ask(proof, changed, { new_format: 'on' })
    const [, area, ...more] = Object.values(content.Image1.areas)
    t.same(area?.boundingBox, { x: 7, y: 100, width: 1, height: 1 })
    t.same(area?.resultInfos.imagesDifferences.relativeVertices, [{ x: 0, y: 0 }])
    t.equal(area?.resultInfos.imagesDifferences.roiOccupancyRate, 1)
    t.same(more, [])
  })

  await t.test('pictures that cannot be aligned are compared as they are, and the summary says so', async t => {
    const other = await sharp(readFixture('monal.jpg')).resize(300, 300, { fit: 'fill' }).png().toBuffer()
    const { content, code, message } = await ask(proof, other, { new_format: 't' })
    t.equal(code, '0')
    t.equal(message, 'ok')
    t.match(content.summary.errors, [/could not be aligned/])
    t.ok(content.summary.score > 0)
    t.ok(content.summary.resultInfos.imagesDifferences.nbAreas > 1)
  })

  await t.test('other sizes, alpha, grey and tiny pictures are defined', async t => {
    const flat = (width: number, height: number, background: string) => sharp({ create: { width, height, channels: 4, background } }).png().toBuffer()
    const clear = await ask(await flat(80, 60, '#ff000000'), await flat(80, 60, '#ffffff'), { new_format: 'true' })
    t.equal(clear.content.summary.score, 0, 'transparent is white')
    const half = await sharp(proof).resize(160, 120).png().toBuffer()
    t.same((await ask(proof, half, { new_format: 'true' })).content.summary.resultInfos.imagesDifferences.nbAreas, 1)
    for (const [one, other] of [['#000', '#fff'], ['#123', '#123']] as const) {
      const { status, content } = await ask(await flat(1, 1, one), await flat(1, 1, other), { new_format: 'true' })
      t.equal(status, 200)
      t.equal(content.summary.resultInfos.imagesDifferences.nbAreas, one === other ? 1 : 2)
      t.equal((await ask(await flat(3, 2000, one), await flat(400, 2, other))).status, 200)
    }
    t.equal((await ask(await sharp(proof).greyscale().png().toBuffer(), proof)).status, 200)
  })

  await t.test('what is no picture is refused by name', async t => {
    t.match(await ask(proof, Buffer.from('nothing')), { status: 415, code: '-415' })
  })
})

interface Pixels { readonly data: Buffer, readonly width: number, readonly height: number }

async function pixels (bytes: Buffer): Promise<Pixels> {
  const { data, info: { width, height } } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width, height }
}

function at ({ data, width }: Pixels, x: number, y: number): number {
  const [red = 0, green = 0, blue = 0] = data.subarray((y * width + x) * 3)
  return (red + green + blue) / 3
}

function nameOf (box: Box): string {
  const inside = (x: number, y: number, { x: left, y: top, width, height }: Box): boolean => x >= left && y >= top && x <= left + width && y <= top + height
  return Object.entries(CHANGED).find(([, place]) => inside(box.x + box.width / 2, box.y + box.height / 2, place))?.[0] ?? JSON.stringify(box)
}

/** Box, contour, circle, occupancy and mask tell of one shape. */
async function checkArea (t: Test, area: Area): Promise<void> {
  t.same(Object.keys(area), ['type', 'boundingBox', 'resultInfos'])
  t.equal(area.type, 'area')
  t.same(Object.keys(area.boundingBox), ['x', 'y', 'width', 'height'])
  t.same(Object.keys(area.resultInfos), ['imagesDifferences'])
  const infos = area.resultInfos.imagesDifferences
  t.same(Object.keys(infos), ['type', 'enclosingCircle', 'roiOccupancyRate', 'binaryMask', 'relativeVertices'])
  t.equal(infos.type, 'diff')
  t.same(Object.keys(infos.enclosingCircle), ['circleRadius', 'relativeCircleCenter'])
  t.same(Object.keys(infos.enclosingCircle.relativeCircleCenter), ['x', 'y'])
  t.same(Object.keys(infos.binaryMask), ['type', 'encoding', 'value'])
  t.equal(infos.binaryMask.type, 'image')
  t.equal(infos.binaryMask.encoding, 'base64')
  const { width, height } = area.boundingBox
  const png = Buffer.from(infos.binaryMask.value, 'base64')
  const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  t.match(await sharp(png).metadata(), { format: 'png', width, height, channels: 1, depth: 'uchar' })
  t.equal(info.channels, 1)
  t.ok(data.every(value => value === 0 || value === 255))
  const vertices = infos.relativeVertices
  t.ok(vertices.every(({ x, y }) => data[y * width + x] === 255), 'the contour runs over marked pixels')
  t.same([Math.min(...vertices.map(({ x }) => x)), Math.min(...vertices.map(({ y }) => y))], [0, 0])
  t.same([Math.max(...vertices.map(({ x }) => x)), Math.max(...vertices.map(({ y }) => y))], [width - 1, height - 1], 'the contour touches every side of the box')
  const { circleRadius, relativeCircleCenter: { x, y } } = infos.enclosingCircle
  const farthest = Math.max(...vertices.map(vertex => Math.hypot(vertex.x - x, vertex.y - y)))
  t.ok(Math.abs(farthest - circleRadius) < 1e-3, 'the circle touches the contour')
  const marked = data.filter(value => value === 255).length
  t.ok(Math.abs(infos.roiOccupancyRate - Math.min(1, marked / (Math.PI * circleRadius ** 2))) < 1e-3)
}
