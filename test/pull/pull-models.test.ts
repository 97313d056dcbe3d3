import t, { type Test } from 'tap'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { getuid } from 'node:process'
import { type Downloader, createDownloader } from '../../src/pull/download.js'
import { listLocalFiles } from '../../src/pull/local-files.js'
import { openPart } from '../../src/pull/part-file.js'
import { type PullOptions, type PulledFile, pullModels } from '../../src/pull/pull-models.js'
import type { PulledModel } from '../../src/runtime/model-manifest.js'
import { rowOf } from '../runtime/small-models.js'
import { type Answer, brokenAfter, file, fileWithoutRanges, inTurn, startMirror } from './mirror.js'

const CONTENT = 'the weights of a net '.repeat(500)

function model (urls: readonly string[], content = CONTENT, blobOnly = false): PulledModel {
  return rowOf({ id: 'net', set: 'standard', content, urls, blobOnly }) as unknown as PulledModel
}

function downloaderFor (t: Test, options: Parameters<typeof createDownloader>[0] = {}): Downloader {
  const downloader = createDownloader({ noProxy: '127.0.0.1', ...options })
  t.teardown(() => downloader.close())
  return downloader
}

interface Pulled {
  readonly result: PulledFile | undefined
  readonly folder: string
  /** The content under the final name; undefined where there is none. */
  readonly content: string | undefined
}

async function pull (t: Test, models: readonly PulledModel[], options: Partial<PullOptions> & { silenceMs?: number } = {}): Promise<Pulled> {
  const folder = options.folder ?? `${t.testdirName}/models`
  const [result] = await pullModels({
    models,
    source: { kind: 'manifest' },
    folder,
    downloader: downloaderFor(t, { silenceMs: options.silenceMs ?? 5_000 }),
    signal: new AbortController().signal,
    pauseMs: 1,
    ...options
  })
  return { result, folder, content: existsSync(`${folder}/net.onnx`) ? readFileSync(`${folder}/net.onnx`, 'utf8') : undefined }
}

async function pullFrom (t: Test, answers: Readonly<Record<string, Answer>>, options: Parameters<typeof pull>[2] = {}) {
  t.testdir()
  const mirror = await startMirror(t, answers)
  return { ...await pull(t, [model(Object.keys(answers).filter(path => path !== '/elsewhere').map(path => mirror.url + path))], options), mirror }
}

t.test('a file is pulled, checked, put into its place, and kept the next time', async t => {
  const grown: number[] = []
  const { result, content, folder, mirror } = await pullFrom(t, { '/net': file(CONTENT) }, { onProgress: (_, received) => grown.push(received) })
  t.match(result, { model: 'net', file: 'net.onnx', state: 'pulled', from: `${mirror.url}/net`, faults: [] })
  t.equal(content, CONTENT)
  t.equal(grown.at(-1), CONTENT.length)
  t.same(readdirSync(folder), ['net.onnx'], 'nothing else is left')
  t.match((await pull(t, [model([`${mirror.url}/net`])])).result, { state: 'kept' })
  t.equal(mirror.asked.length, 1)
})

t.test('a damaged file in its place is replaced', async t => {
  t.testdir({ models: { 'net.onnx': 'damaged' } })
  const mirror = await startMirror(t, { '/net': file(CONTENT) })
  const { result, content } = await pull(t, [model([`${mirror.url}/net`])])
  t.match(result, { state: 'pulled' })
  t.equal(content, CONTENT)
})

t.test('where one address fails the next is tried, and what each answered is told', async t => {
  const { result, content } = await pullFrom(t, { '/wrong': file('another file'), '/gone': (_, response) => response.writeHead(404).end(), '/net': file(CONTENT) })
  t.match(result, { state: 'pulled', from: /\/net$/ })
  t.match(result?.faults, [/\/wrong: it is another file than the manifest means: it has 12 bytes, expected 10500$/, /\/gone: HTTP 404$/])
  t.equal(content, CONTENT)
})

t.test('where all fail nothing takes the place of the file', async t => {
  const { result, content, folder } = await pullFrom(t, { '/wrong': file(CONTENT.replace('net', 'nit')), '/busy': (_, response) => response.writeHead(503).end() })
  t.match(result, { state: 'failed', faults: [/its sha256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/, /\/busy: HTTP 503$/] })
  t.equal(content, undefined)
  t.same(readdirSync(folder), [])
})

t.test('what breaks off is gone on with, at the same address or the next', async t => {
  const { result, content, mirror } = await pullFrom(t, { '/net': inTurn(brokenAfter(CONTENT, 4_000), file(CONTENT)) })
  t.match(result, { state: 'pulled' })
  t.equal(content, CONTENT)
  t.same(mirror.asked, ['/net', '/net bytes=4000-'])
  await t.test('by the next pull too', async t => {
    const { result, folder, mirror } = await pullFrom(t, { '/net': brokenAfter(CONTENT, 1_000) })
    t.match(result, { state: 'failed', faults: [/the connection broke off$/] })
    t.same(readdirSync(folder), ['.net.onnx.part'])
    t.match(mirror.asked, ['/net', '/net bytes=1000-', '/net bytes=2000-'])
    const other = await startMirror(t, { '/net': file(CONTENT) })
    const again = await pull(t, [model([`${other.url}/net`])])
    t.equal(again.content, CONTENT)
    t.same(other.asked, ['/net bytes=3000-'])
    t.same(readdirSync(folder), ['net.onnx'])
  })
})

t.test('a server that knows no ranges, answers with others or has a changed file corrupts nothing', async t => {
  for (const [name, answer] of Object.entries<Answer>({
    'no ranges': inTurn(brokenAfter(CONTENT, 4_000), fileWithoutRanges(CONTENT)),
    'another range': inTurn(brokenAfter(CONTENT, 4_000), (_, response) => response.writeHead(206, { 'content-range': `bytes 0-${CONTENT.length - 1}/${CONTENT.length}` }).end(CONTENT), file(CONTENT)),
    'another beginning': inTurn(brokenAfter(CONTENT.replaceAll('net', 'nit'), 4_000), file(CONTENT))
  })) {
    await t.test(name, async t => {
      const { result, content } = await pullFrom(t, { '/net': answer })
      t.match(result, { state: 'pulled' })
      t.equal(content, CONTENT)
    })
  }
})

t.test('a file without a known length is pulled by its git blob id', async t => {
  t.testdir()
  const mirror = await startMirror(t, { '/net': file(CONTENT) })
  t.equal((await pull(t, [model([`${mirror.url}/net`], CONTENT, true)])).content, CONTENT)
})

t.test('what sends more than the file is cut off', async t => {
  const { result, content } = await pullFrom(t, { '/net': (_, response) => response.end(`${CONTENT}and more`) })
  t.match(result, { state: 'failed', faults: [/it sends more than 10500 bytes, which is the length of the file$/] })
  t.equal(content, undefined)
})

t.test('redirects are followed, but not for ever', async t => {
  const to = (place: string): Answer => (_, response) => response.writeHead(302, { location: place }).end()
  t.equal((await pullFrom(t, { '/net': to('/elsewhere'), '/elsewhere': file(CONTENT) })).content, CONTENT)
  t.match((await pullFrom(t, { '/round': to('/round') })).result, { state: 'failed', faults: [/\/round: /] })
})

t.test('a server that falls silent, and one that is not there', async t => {
  t.match((await pullFrom(t, { '/net': () => {} }, { silenceMs: 300 })).result, { state: 'failed', faults: [/it fell silent$/] })
  t.match((await pull(t, [model(['http://127.0.0.1:1/net'])])).result, { state: 'failed', faults: ['http://127.0.0.1:1/net: the connection is refused'] })
})

t.test('a proxy is asked where one is named', async t => {
  t.testdir()
  let connected = ''
  const proxy = await startMirror(t, {})
  const { createServer } = await import('node:http')
  const server = createServer().on('connect', (request, socket) => { connected = request.url ?? ''; socket.end('HTTP/1.1 403 Forbidden\r\n\r\n') })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', () => resolve()) })
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const downloader = downloaderFor(t, { httpProxy: `http://127.0.0.1:${port}`, httpsProxy: `http://127.0.0.1:${port}`, noProxy: '' })
  t.match((await pull(t, [model(['https://models.example/net'])], { downloader })).result, { state: 'failed' })
  t.equal(connected, 'models.example:443')
  t.same(proxy.asked, [])
})

t.test('an interrupted pull leaves what it has, under another name', async t => {
  t.testdir()
  const mirror = await startMirror(t, { '/net': (_, response) => { response.writeHead(200, { 'content-length': CONTENT.length }); response.write(CONTENT.slice(0, 2_000)) } })
  const abort = new AbortController()
  await t.rejects(pull(t, [model([`${mirror.url}/net`])], { signal: abort.signal, onProgress: (_, received) => { if (received === 2_000) abort.abort(new Error('interrupted')) } }), { message: 'interrupted' })
  t.same(readdirSync(`${t.testdirName}/models`), ['.net.onnx.part'])
})

t.test('two pulls at once do not hurt each other', async t => {
  t.testdir()
  const slow: Answer = (request, response) => setTimeout(() => file(CONTENT)(request, response), 50)
  const mirror = await startMirror(t, { '/net': slow })
  const both = await Promise.all([pull(t, [model([`${mirror.url}/net`])]), pull(t, [model([`${mirror.url}/net`])])])
  for (const { result, content } of both) {
    t.match(result, { state: 'pulled' })
    t.equal(content, CONTENT)
  }
  t.same(readdirSync(`${t.testdirName}/models`), ['net.onnx'])
})

t.test('the part of a pull at work is not taken over; that of one that died long ago is', async t => {
  const folder = t.testdir()
  const first = await openPart(`${folder}/net.onnx`)
  await first.write(Buffer.from('abc'))
  const second = await openPart(`${folder}/net.onnx`)
  t.equal(second.size, 0)
  await second.leave(false)
  utimesSync(first.path, new Date(0), new Date(0))
  const third = await openPart(`${folder}/net.onnx`)
  t.equal(third.size, 3)
  await third.leave(true)
  t.same(readdirSync(folder), ['.net.onnx.part'])
})

t.test('from a folder files are found by what they hold', async t => {
  const folder = t.testdir({ mirror: { deep: { 'some name.bin': CONTENT }, 'net.onnx': CONTENT.replaceAll('net', 'nit'), short: 'x' } })
  const source = { kind: 'folder' as const, path: `${folder}/mirror`, files: listLocalFiles(`${folder}/mirror`) }
  const { result, content } = await pull(t, [model(['https://a.example/net'])], { source })
  t.match(result, { state: 'pulled', from: `${folder}/mirror/deep/some name.bin` })
  t.equal(content, CONTENT)
  t.match((await pull(t, [model(['https://a.example/net'], CONTENT, true)], { source, folder: `${folder}/other` })).result, { state: 'pulled' }, 'without a known length too')
  t.match((await pull(t, [model(['https://a.example/net'], 'something else')], { source, folder: `${folder}/third` })).result, {
    state: 'failed', faults: [`${folder}/mirror: none of its 3 files has the digest`]
  })
})

t.test('from a mirror files are asked for by the name here, then by their own', async t => {
  t.testdir()
  const mirror = await startMirror(t, { '/base/original.bin': file(CONTENT) })
  const { result, content } = await pull(t, [model(['https://a.example/path/original.bin'])], { source: { kind: 'mirror', base: `${mirror.url}/base/` } })
  t.match(result, { state: 'pulled', from: `${mirror.url}/base/original.bin` })
  t.equal(content, CONTENT)
  t.same(mirror.asked, ['/base/net.onnx', '/base/original.bin'])
})

t.test('a folder that cannot take files ends it all, with the reason', async t => {
  const folder = t.testdir({ file: 'x' })
  const mirror = await startMirror(t, { '/net': file(CONTENT) })
  const second = { ...model([`${mirror.url}/net`]), id: 'second' }
  const results = await pullModels({
    models: [model([`${mirror.url}/net`]), second], source: { kind: 'manifest' }, folder: `${folder}/file`, downloader: downloaderFor(t), signal: new AbortController().signal
  })
  t.match(results, [{ state: 'failed', faults: [/cannot take the file: .*\((?:EEXIST|ENOTDIR)\)$/] }, { state: 'failed' }])
  t.same(mirror.asked, [])
  if (getuid?.() === 0) return t.comment('root may write everywhere: no read-only folder to try')
  mkdirSync(`${folder}/locked`)
  chmodSync(`${folder}/locked`, 0o500)
  t.match((await pull(t, [second], { folder: `${folder}/locked` })).result, { state: 'failed', faults: [/this user may not write there/] })
})

t.test('a full disk ends it all and leaves nothing behind', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, async t => {
  const folder = t.testdir()
  const mirror = await startMirror(t, { '/net': file(CONTENT) })
  const { symlinkSync } = await import('node:fs')
  // What an earlier pull left is a link to a device on which there is never room.
  mkdirSync(`${folder}/models`)
  symlinkSync('/dev/full', `${folder}/models/.net.onnx.part`)
  const { result } = await pull(t, [model([`${mirror.url}/net`])])
  t.match(result, { state: 'failed', faults: [/cannot take the file: there is no room left on its disk \(ENOSPC\)$/] })
  t.same(readdirSync(`${folder}/models`), [])
  writeFileSync(`${folder}/models/x`, '')
})
