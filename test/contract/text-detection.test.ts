import t, { type Test } from 'tap'
import sharp from 'sharp'
import { readFixture } from '../fixtures/index.js'
import { builtModels } from '../fixtures/built-models.js'
import { startServer } from './real-server.js'

interface Vertex { readonly y: number, readonly x: number }
interface Annotation {
  readonly locale?: string
  readonly description: string
  readonly boundingPoly: { readonly vertices: readonly Vertex[] }
}
interface Content {
  readonly textAnnotations: readonly Annotation[]
  readonly fullTextAnnotation?: { readonly text: string, readonly pages: ReadonlyArray<Record<string, unknown>> }
}

builtModels()
const label = readFixture('label.png')
const LABEL = "MADE IN FRANCE\nCrème brûlée à l'érable\nPâte sablée, goût noisette\nPoids net : 250 g\nLONGUE TENUE\n"

t.test('textDetection answers the documented content, key by key', async t => {
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t, { COMPUTE_OCR_MAX_LINES: '40', COMPUTE_REQUEST_TIMEOUT: '10m' })
  const post = async (image: Buffer, options: Record<string, string> = {}): Promise<{ status: number, text: string }> => {
    const form = new FormData()
    form.append('image', new Blob([image]), 'image')
    for (const [name, value] of Object.entries(options)) form.append(name, value)
    const answer = await fetch(`${baseUrl}/compute/v1/image/textDetection`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    return { status: answer.status, text: await answer.text() }
  }
  const ask = async (image: Buffer, options: Record<string, string> = {}): Promise<{ text: string, content: Content }> => {
    const { status, text } = await post(image, options)
    t.equal(status, 200, text.slice(0, 200))
    return { text, content: (JSON.parse(text) as { content: Content }).content }
  }

  const { content, text } = await ask(label)
  const [whole, ...words] = content.textAnnotations
  t.same(Object.keys(content), ['textAnnotations'])
  t.same(Object.keys(whole ?? {}), ['locale', 'description', 'boundingPoly'])
  t.equal(whole?.locale, 'fr')
  t.equal(whole?.description, LABEL)
  t.match(text, /Cr\\u00e8me br\\u00fbl\\u00e9e/, 'in ASCII')
  t.same(words.map(word => word.description), whole?.description.trim().split(/\s/), 'each word in the order of the text')
  for (const { locale, description, boundingPoly: { vertices } } of words) {
    t.equal(locale, undefined)
    t.equal(vertices.length, 4, description)
    t.ok(vertices.every(({ x, y }) => Number.isInteger(x) && Number.isInteger(y)))
    t.same(Object.keys(vertices[0] ?? {}), ['y', 'x'])
  }
  t.match(text, /"boundingPoly":\{"vertices":\[\{"y":\d+,"x":\d+\}/)
  const xs = words.flatMap(word => word.boundingPoly.vertices.map(vertex => vertex.x))
  const ys = words.flatMap(word => word.boundingPoly.vertices.map(vertex => vertex.y))
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  t.same(whole?.boundingPoly.vertices, [{ y: top, x: left }, { y: top, x: right }, { y: bottom, x: right }, { y: bottom, x: left }])

  await t.test('boxes sit on their words, slanted where the words are', async t => {
    const boxOf = (name: string): readonly Vertex[] => words.find(word => word.description === name)?.boundingPoly.vertices ?? []
    near(t, boxOf('MADE'), [[41, 37], [141, 37], [141, 60], [41, 60]], 12)
    const [first, second] = boxOf('LONGUE')
    near(t, boxOf('LONGUE'), [[57, 286], [204, 265], [208, 291], [61, 312]], 12)
    t.ok((first?.y ?? 0) - (second?.y ?? 0) > 8, 'rises to the right')
  })

  await t.test('turned pictures begin at the top left of their reader', async t => {
    const corner = { 90: [303, 41], 180: [519, 303], 270: [37, 519] } as const
    for (const [angle, [x, y]] of Object.entries(corner)) {
      const { content: { textAnnotations: [all, made] } } = await ask(await sharp(label).rotate(Number(angle)).png().toBuffer())
      t.equal(all?.description, LABEL, `${angle} degrees`)
      t.equal(made?.description, 'MADE')
      const [start] = made?.boundingPoly.vertices ?? []
      t.ok(Math.abs((start?.x ?? -99) - x) < 12 && Math.abs((start?.y ?? -99) - y) < 12, `${JSON.stringify(start)} is near ${x}, ${y}`)
    }
  })

  await t.test('fullText adds pages, blocks, paragraphs, words and symbols', async t => {
    const { content: { fullTextAnnotation: full } } = await ask(label, { fullText: 'true' })
    t.equal(full?.text, whole?.description)
    const [page] = full?.pages ?? []
    t.match(page, { property: { detectedLanguages: [{ languageCode: 'fr' }] }, width: 560, height: 340 })
    type Named = Record<string, Array<Record<string, unknown>>>
    const wordsOf = (page as unknown as { blocks: Named[] }).blocks.flatMap(block => block.paragraphs ?? []).flatMap(paragraph => (paragraph as Named).words ?? [])
    t.same(wordsOf.map(word => (word as Named).symbols?.map(symbol => symbol.text).join('')), words.map(word => word.description))
    t.same((wordsOf[0] as Named).symbols?.map(symbol => symbol.property), [undefined, undefined, undefined, { detectedBreak: { type: 'SPACE' } }])
    t.same(Object.keys(wordsOf[0] ?? {}), ['boundingBox', 'symbols', 'confidence'])
  })

  await t.test('no text is an empty list', async t => {
    const flat = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#888' } }).png().toBuffer()
    for (const image of [await flat(1, 1), await flat(300, 200), await flat(1, 3000), await noise(1, 200, 150)]) t.same((await ask(image)).content, { textAnnotations: [] })
    // A strip may be a line that someone has cut out, and is read whole.
    for (const [seed, width, height, blur] of [[2, 400, 40], [3, 640, 48], [4, 48, 320], [5, 400, 40, 1.5], [6, 400, 40, 3], [7, 640, 48, 3], [8, 300, 60, 6], [9, 640, 48, 6]] as const) {
      t.same((await ask(await noise(seed, width, height, blur))).content, { textAnnotations: [] }, `noise ${seed}, ${width} x ${height}, blurred by ${blur ?? 0}`)
    }
  })

  await t.test('bad options and too many lines are told', async t => {
    t.match(await post(label, { languageHints: 'français' }), { status: 400, text: /parameter 'languageHints' must be a comma list of languages such as fr,en; \\"fran/ })
    t.match(await post(label, { languageHints: 'tlh' }), { status: 400, text: /names \\"tlh\\", which cannot be read here; what can is en, fr, zh/ })
    t.equal((await ask(label, { languageHints: 'fr-CA, en' })).content.textAnnotations[0]?.locale, 'fr')
    const page = await sharp({ create: { width: 560 * 3, height: 340 * 3, channels: 3, background: '#f3ecd8' } })
      .composite([0, 1, 2].flatMap(x => [0, 1, 2].map(y => ({ input: label, left: 560 * x, top: 340 * y })))).png().toBuffer()
    t.match(await post(page), { status: 413, text: /"the picture has \d+ lines of text; the limit is 40"/ })
  })
})

t.test('a language whose data is not installed keeps the server from starting, with the reason', async t => {
  await t.rejects(startServer(t, { COMPUTE_OCR_LANGUAGES: 'eng,deu' }), { message: /COMPUTE_OCR_LANGUAGES names deu, whose data is not installed: `npm install @tesseract\.js-data\/deu` brings it/ })
})

// Pixels of any colour, or soft spots of their grey, as strong as they can be.
function noise (seed: number, width: number, height: number, blur?: number): Promise<Buffer> {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 2 ** 24
  }
  const pixels = sharp(Uint8Array.from({ length: 3 * width * height }, () => 256 * random()), { raw: { width, height, channels: 3 } })
  return (blur === undefined ? pixels : pixels.greyscale().blur(blur).normalise()).png().toBuffer()
}

function near (t: Test, found: readonly Vertex[], expected: ReadonlyArray<readonly [number, number]>, tolerance: number): void {
  t.equal(found.length, 4)
  for (const [index, [x, y]] of expected.entries()) {
    const vertex = found[index] ?? { x: -999, y: -999 }
    t.ok(Math.abs(vertex.x - x) <= tolerance && Math.abs(vertex.y - y) <= tolerance, `vertex ${index}: ${vertex.x}, ${vertex.y} is near ${x}, ${y}`)
  }
}
