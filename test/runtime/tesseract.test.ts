import t from 'tap'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import sharp from 'sharp'
import { type GreyPicture, type LanguageData, type Tesseract, createTesseract } from '../../src/runtime/tesseract.js'
import recognise from '../../src/runtime/tesseract-worker.js'
import { readFixture } from '../fixtures/index.js'
import { builtModels } from '../fixtures/built-models.js'
import { ROOT } from '../places.js'

const languages = ['eng', 'fra'].map(code => ({ code, path: `${builtModels()}/tesseract/${code}.traineddata.gz` }))

function make (t: { teardown: (end: () => Promise<void>) => void }, overrides: Partial<Parameters<typeof createTesseract>[0]> = {}): Tesseract {
  const tesseract = createTesseract({ threads: 1, languages, idleTimeoutMs: 60_000, runTimeoutMs: 60_000, ...overrides })
  t.teardown(() => tesseract.close())
  return tesseract
}

/** A line of the label. */
async function line (): Promise<GreyPicture> {
  const { data, info } = await sharp(readFixture('label.png')).extract({ left: 30, top: 138, width: 362, height: 40 }).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

const LINE = 'Pâte sablée, goût noisette'

t.test('a line is read with its accents, and bad pictures break nothing', async t => {
  const printed = [t.capture(process.stdout, 'write', process.stdout.write), t.capture(process.stderr, 'write', process.stderr.write)]
  const tesseract = make(t)
  t.equal(tesseract.threads(), 0, 'no thread before the first picture')
  const picture = await line()
  const read = async (): Promise<string> => (await tesseract.read(picture, 'line')).flatMap(line => line.words.map(word => word.text)).join(' ')
  t.equal(await read(), LINE)
  // In the process that holds Tesseract itself such a picture would be fatal.
  await t.rejects(tesseract.read({ data: new Uint8Array(5), width: 100, height: 100 }, 'line'), { message: 'Tesseract failed: the picture cannot be read' })
  await t.rejects(tesseract.read({ data: new Uint8Array(0), width: 0, height: 0 }, 'page'), { message: /Tesseract failed/ })
  t.same((await tesseract.read({ data: new Uint8Array(60 * 60).fill(255), width: 60, height: 60 }, 'line')).flatMap(line => line.words.filter(word => word.confidence > 50)), [])
  t.equal(await read(), LINE, 'and it goes on')
  t.equal(tesseract.threads(), 1)
  t.same(printed.flatMap(results => results().map(({ args }) => String(args[0]))).filter(text => /pix|base=|Median/.test(text)), [], 'nor do they print')
})

t.test('languages may lie in folders of their own, and packed or not', async t => {
  // French under another name, because a third language is not installed.
  const other = `${t.testdir()}/xyz.traineddata`
  writeFileSync(other, gunzipSync(readFileSync(languages[1]?.path ?? '')))
  const tesseract = make(t, { languages: [{ code: 'xyz', path: other }, ...languages.slice(0, 1)] })
  const lines = await tesseract.read(await line(), 'line')
  t.equal(lines.flatMap(line => line.words.map(word => word.text)).join(' '), LINE)
  t.same(tesseract.languages, ['xyz', 'eng'])
})

t.test('tesseract.js would end a process that called it without a thread between', async t => {
  writeFileSync(`${t.testdir()}/throws.cjs`, 'throw new Error("a fault in its thread")')
  writeFileSync(`${t.testdirName}/other.traineddata`, 'no language')
  const endOf = (language: string, options: string): { code: number | null, said: string } => {
    const script = `require('tesseract.js').createWorker('${language}', 1, { cacheMethod: 'none', gzip: false, langPath: '${t.testdirName}', errorHandler () {}, ${options} }).catch(() => {}); setTimeout(() => process.exit(0), 20000)`
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: ROOT })
    return { code: status, said: stderr }
  }
  t.match(endOf('other', `workerPath: '${t.testdirName}/throws.cjs'`), { code: 1, said: /a fault in its thread/ }, 'a fault before it is ready')
  t.match(endOf('other', ''), { code: 1, said: /TypeError: Cannot read properties of undefined \(reading 'resolve'\)/ }, 'data that Tesseract refuses')
})

t.test('language data that is missing or damaged is told at once, not waited for', async t => {
  writeFileSync(`${t.testdir()}/damaged.traineddata.gz`, readFileSync(languages[1]?.path ?? '').subarray(0, 5000))
  writeFileSync(`${t.testdirName}/other.traineddata`, 'no language')
  const data = (name: string): LanguageData[] => [{ code: 'fra', path: `${t.testdirName}/${name}` }]
  await t.rejects(make(t, { languages: data('damaged.traineddata.gz') }).warm(), { kind: 'model_missing', message: /^Tesseract's language data \(fra\) cannot be loaded/ })
  // The others without a thread of their own.
  for (const name of ['absent.traineddata.gz', 'damaged.traineddata.gz', 'other.traineddata']) {
    t.match(await recognise({ languages: data(name), picture: undefined, mode: 'line' }), { kind: 'not_loaded', reason: /./ }, name)
  }
})

t.test('a picture that takes too long is given up and its thread replaced', async t => {
  const tesseract = make(t, { runTimeoutMs: 150 })
  await t.rejects(tesseract.warm(), { kind: 'deadline_passed', message: 'Tesseract read for longer than 0.15 s, which is the limit' })
  await t.rejects(tesseract.warm(), { kind: 'deadline_passed', message: /limit$/ }, 'the next one settles too')
})

t.test('closing settles what is in flight', async t => {
  const tesseract = make(t)
  const settled = t.rejects(tesseract.warm(), { kind: 'busy', message: 'the server is stopping' })
  await tesseract.close()
  await settled
})
