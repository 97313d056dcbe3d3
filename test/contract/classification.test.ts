import t from 'tap'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { builtModels } from '../fixtures/built-models.js'
import { startServer } from './real-server.js'

builtModels()
const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

interface Annotation { readonly score: number, readonly topicality: number, readonly mid: string, readonly description: string }

t.test('classification answers the documented content, key by key', async t => {
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t)
  const ask = async (image: Buffer, options: Record<string, string> = {}): Promise<{ text: string, annotations: Annotation[] }> => {
    const form = new FormData()
    form.append('image', new Blob([image]), 'image')
    for (const [name, value] of Object.entries(options)) form.append(name, value)
    const answer = await fetch(`${baseUrl}/compute/v1/image/classification`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    const text = await answer.text()
    t.equal(answer.status, 200, text.slice(0, 200))
    const body = JSON.parse(text) as { content: { labelAnnotations: Annotation[] }, message: string, code: string }
    t.same(Object.keys(body), ['content', 'code', 'message'])
    t.match(body, { message: 'ok', code: '0' })
    t.same(Object.keys(body.content), ['labelAnnotations'])
    return { text, annotations: body.content.labelAnnotations }
  }

  const { annotations, text } = await ask(monal)
  for (const [mid, description] of [['/m/0jbk', 'Animal']] as const) t.ok(annotations.some(found => found.mid === mid && found.description === description), description)
  t.ok(annotations.length <= 10)
  for (const annotation of annotations) {
    t.same(Object.keys(annotation), ['score', 'topicality', 'mid', 'description'])
    t.equal(annotation.topicality, annotation.score)
    t.equal(annotation.score, Math.fround(annotation.score))
    t.ok(annotation.score >= 0.5 && annotation.score <= 1)
  }
  t.same(annotations.map(({ score }) => score), annotations.map(({ score }) => score).sort((a, b) => b - a))
  t.equal(new Set(annotations.map(({ mid }) => mid)).size, annotations.length)
  t.equal((await ask(monal)).text, text, 'the same picture gives the same answer')

  await t.test('maxResults and minScore', async t => {
    t.equal((await ask(monal, { maxResults: '1' })).annotations.length, 1)
    const many = (await ask(monal, { minScore: '0.01', MAXRESULTS: '100' })).annotations
    t.ok(many.length > annotations.length)
    t.equal(new Set(many.map(({ mid }) => mid)).size, many.length)
    t.same((await ask(monal, { minScore: '1' })).annotations, [])
  })

  await t.test('a picture turned by EXIF gives the labels of the upright one', async t => {
    const turned = await sharp(monal).rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
    t.ok((await ask(turned)).annotations.some(({ description }) => description === 'Animal'))
  })

  await t.test('odd pictures have a defined answer', async t => {
    const flat = (width: number, height: number) => sharp({ create: { width, height, channels: 4, background: '#8080' } }).png().toBuffer()
    for (const [width, height] of [[1, 1], [1, 5000], [5000, 1], [300, 200]] as const) t.same((await ask(await flat(width, height))).annotations, [], `${width} x ${height}`)
    for (const [name, image] of Object.entries({
      grey: sharp(monal).greyscale().png(), 'sixteen bits': sharp(monal).toColourspace('rgb16').png(), CMYK: sharp(monal).toColourspace('cmyk').jpeg(), transparent: sharp(monal).ensureAlpha(0.9).png()
    })) t.ok((await ask(await image.toBuffer())).annotations.some(({ description }) => description === 'Animal'), name)
  })
})
