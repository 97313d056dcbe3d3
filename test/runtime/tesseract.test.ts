import t from 'tap'
import { readFileSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { type GreyPicture, type Tesseract, createTesseract } from '../../src/runtime/tesseract.js'
import { builtModels } from '../fixtures/built-models.js'

const languages = ['eng', 'fra'].map(code => ({ code, path: `${builtModels()}/tesseract/${code}.traineddata.gz` }))

function make (t: { teardown: (end: () => Promise<void>) => void }, overrides: Partial<Parameters<typeof createTesseract>[0]> = {}): Tesseract {
  const tesseract = createTesseract({ threads: 1, languages, idleTimeoutMs: 60_000, runTimeoutMs: 60_000, ...overrides })
  t.teardown(() => tesseract.close())
  return tesseract
}

async function line (text: string): Promise<GreyPicture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="68"><rect width="420" height="68" fill="#fff"/><text x="14" y="46" font-family="DejaVu Sans" font-size="34">${text}</text></svg>`
  const { data, info } = await sharp(Buffer.from(svg)).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

t.test('a line is read with its accents, and bad pictures break nothing', async t => {
  const tesseract = make(t)
  t.equal(tesseract.threads(), 0, 'no thread before the first picture')
  const picture = await line('Théâtre du Palais')
  const read = async (): Promise<string> => (await tesseract.read(picture, 'line')).flatMap(line => line.words.map(word => word.text)).join(' ')
  t.equal(await read(), 'Théâtre du Palais')
  // In the process that holds Tesseract itself such a picture would be fatal.
  await t.rejects(tesseract.read({ data: new Uint8Array(5), width: 100, height: 100 }, 'line'), { message: 'Tesseract failed: the picture cannot be read' })
  await t.rejects(tesseract.read({ data: new Uint8Array(0), width: 0, height: 0 }, 'page'), { message: /Tesseract failed/ })
  t.same((await tesseract.read({ data: new Uint8Array(60 * 60).fill(255), width: 60, height: 60 }, 'line')).flatMap(line => line.words.filter(word => word.confidence > 50)), [])
  t.equal(await read(), 'Théâtre du Palais', 'and it goes on')
  t.equal(tesseract.threads(), 1)
})

t.test('language data that is missing or damaged is told at once, not waited for', async t => {
  writeFileSync(`${t.testdir()}/damaged.traineddata.gz`, readFileSync(languages[1]?.path ?? '').subarray(0, 5000))
  writeFileSync(`${t.testdirName}/other.traineddata`, 'no language')
  for (const name of ['absent.traineddata.gz', 'damaged.traineddata.gz', 'other.traineddata']) {
    const tesseract = make(t, { languages: [{ code: 'fra', path: `${t.testdirName}/${name}` }] })
    await t.rejects(tesseract.warm(), { kind: 'model_missing', message: /^Tesseract's language data \(fra\) cannot be loaded/ }, name)
  }
})

t.test('a picture that takes too long is given up and its thread replaced', async t => {
  const tesseract = make(t, { runTimeoutMs: 150 })
  await t.rejects(tesseract.warm(), { kind: 'deadline_passed', message: 'Tesseract read for longer than 0.15 s, which is the limit' })
  await t.rejects(tesseract.warm(), { kind: 'deadline_passed' }, 'the next one settles too')
})

t.test('closing settles what is in flight', async t => {
  const tesseract = make(t)
  const settled = t.rejects(tesseract.warm(), { kind: 'busy', message: 'the server is stopping' })
  await tesseract.close()
  await settled
})
