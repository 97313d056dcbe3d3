import t from 'tap'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { builtModels } from '../fixtures/built-models.js'
import { ORIENTATIONS, storedTurned } from '../fixtures/turned.js'
import { startServer } from './real-server.js'

builtModels()
const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

interface Annotation {
  readonly score: number
  readonly mid: string
  readonly name: string
  readonly boundingPoly: { readonly normalizedVertices: ReadonlyArray<{ readonly x: number, readonly y: number }> }
}

t.test('objectsDetection answers the documented content, key by key', async t => {
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t)
  const ask = async (image: Buffer, options: Record<string, string> = {}): Promise<{ text: string, annotations: Annotation[] }> => {
    const form = new FormData()
    form.append('image', new Blob([image]), 'image')
    for (const [name, value] of Object.entries(options)) form.append(name, value)
    const answer = await fetch(`${baseUrl}/compute/v1/image/objectsDetection`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    const text = await answer.text()
    t.equal(answer.status, 200, text.slice(0, 200))
    const body = JSON.parse(text) as { content: { localizedObjectAnnotations: Annotation[] } }
    t.same(Object.keys(body.content), ['localizedObjectAnnotations'])
    return { text, annotations: body.content.localizedObjectAnnotations }
  }

  const { annotations, text } = await ask(monal)
  t.match(annotations[0], { name: 'Bird', mid: '/m/015p6' })
  for (const annotation of annotations) {
    t.same(Object.keys(annotation), ['score', 'mid', 'boundingPoly', 'name'])
    t.ok(annotation.score > 0 && annotation.score <= 1)
    t.equal(annotation.score, Math.fround(annotation.score))
    const vertices = annotation.boundingPoly.normalizedVertices
    t.equal(vertices.length, 4)
    const [first, second, third, fourth] = vertices
    t.ok(vertices.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1 && x === Math.fround(x)))
    t.ok(first && second && third && fourth && first.x === fourth.x && first.y === second.y && second.x === third.x && third.y === fourth.y && first.x < second.x && first.y < fourth.y, 'clockwise from the top left')
  }
  t.same(annotations.map(({ score }) => score), annotations.map(({ score }) => score).sort((a, b) => b - a))
  t.equal((await ask(monal)).text, text, 'the same picture gives the same answer')

  await t.test('boxes are those of the upright picture under all eight EXIF orientations', async t => {
    const small = await sharp(monal).resize(320, 213).png().toBuffer()
    const { annotations: [expected] } = await ask(small)
    const pixels = (annotation: Annotation | undefined): number[] =>
      annotation?.boundingPoly.normalizedVertices.flatMap(({ x, y }) => [x * 320, y * 213]) ?? []
    t.equal(expected?.name, 'Bird')
    for (const orientation of ORIENTATIONS) {
      const { annotations: [found] } = await ask(await storedTurned(small, orientation))
      t.equal(found?.name, 'Bird', `orientation ${orientation}`)
      const off = pixels(found).map((value, index) => Math.abs(value - (pixels(expected)[index] ?? NaN)))
      t.ok(off.length === 8 && Math.max(...off) < 0.5, `orientation ${orientation}: ${Math.max(...off)} pixels off at most`)
    }
  })

  await t.test('maxResults and minScore', async t => {
    t.equal((await ask(monal, { maxResults: '1', minScore: '0.01' })).annotations.length, 1)
    t.ok((await ask(monal, { minScore: '0.01', MAXRESULTS: '100' })).annotations.length > annotations.length)
    t.same((await ask(monal, { minScore: '1' })).annotations, [])
  })

  await t.test('odd pictures have a defined answer', async t => {
    const flat = (width: number, height: number) => sharp({ create: { width, height, channels: 4, background: '#8080' } }).png().toBuffer()
    const empty = { '1 x 1': await flat(1, 1), '1 x 5000': await flat(1, 5000), '5000 x 1': await flat(5000, 1), 'transparent all over': await flat(300, 200) }
    for (const [name, image] of Object.entries(empty)) t.same((await ask(image)).annotations, [], name)
    const bird = {
      grey: await sharp(monal).greyscale().png().toBuffer(),
      '16 bits': await sharp(monal).toColourspace('rgb16').png().toBuffer(),
      CMYK: await sharp(monal).toColourspace('cmyk').jpeg().toBuffer(),
      'half transparent': await sharp(monal).ensureAlpha(0.6).png().toBuffer(),
      'transparent around it': await sharp(monal).extend({ left: 40, right: 40, background: '#0000' }).png().toBuffer()
    }
    t.equal((await sharp(bird['16 bits']).metadata()).depth, 'ushort')
    t.equal((await sharp(bird.CMYK).metadata()).space, 'cmyk')
    for (const [name, image] of Object.entries(bird)) {
      const { annotations, text } = await ask(image)
      t.match(annotations[0], { name: 'Bird' }, name)
      t.notMatch(text, /NaN|null/, name)
    }
  })
})
