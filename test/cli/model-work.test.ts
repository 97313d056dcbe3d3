import t from 'tap'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { listModels, pull, type PullRequest, verifyModels } from '../../src/cli/model-work.js'
import { showProgress } from '../../src/cli/pull-progress.js'
import { PassThrough } from 'node:stream'
import { file, startMirror } from '../pull/mirror.js'
import { type SmallModel, smallModels } from '../runtime/small-models.js'

const MODELS: readonly SmallModel[] = [
  { id: 'embedded', set: 'embedded', rank: 20, content: 'embedded' },
  { id: 'better', set: 'standard', rank: 30, content: 'better' },
  { id: 'best', set: 'large', rank: 40, content: 'best '.repeat(300), blobOnly: true },
  { id: 'sibling', set: 'extra', rank: 10, content: 'sibling' }
]

function requestOf (folders: PullRequest['folders'], overrides: Partial<PullRequest>): PullRequest {
  return { folders, ids: [], set: undefined, from: undefined, env: {}, signal: new AbortController().signal, progress: undefined, ...overrides }
}

t.test('the list tells what is here and what serves', async t => {
  const { built, pulled, put } = smallModels(t, MODELS)
  t.match(await listModels({ built, pulled }, 'auto'), [
    { id: 'embedded', state: 'installed', bytes: 8, serves: ['object-detection'], faults: [], licences: ['MIT (all of it)'] },
    { id: 'better', state: 'absent', serves: [], faults: [], files: [{ path: `${pulled}/better.onnx`, sha256: /^[0-9a-f]{64}$/, urls: [/^https:/, /^https:/] }] },
    { id: 'best', state: 'absent', bytes: undefined },
    { id: 'sibling', state: 'absent' }
  ])
  put('better')
  put('best', 'cut')
  t.match((await listModels({ built, pulled }, 'auto')).map(({ id, state, serves, faults }) => ({ id, state, serves, faults })), [
    { id: 'embedded', serves: [] }, { id: 'better', state: 'installed', serves: ['object-detection'] }, { id: 'best', state: 'damaged', faults: [/^best\.onnx is damaged/] }, {}
  ])
})

t.test('verify finds what is damaged, what should be here and is not, and says what to do', async t => {
  const { built, pulled, put } = smallModels(t, MODELS)
  t.same(await verifyModels({ built, pulled }, 'auto'), { ok: true, installed: 1, faults: [] })
  t.match(await verifyModels({ built, pulled }, 'standard'), { ok: false, faults: [/^COMPUTE_MODELS is standard, and of that set this is missing: better \(not there\); `compute-api models pull --set standard` gets it/] })
  put('better', 'bitter')
  t.match(await verifyModels({ built, pulled }, 'auto'), { ok: false, faults: [/^better: better\.onnx is damaged: its sha256 is .*; `compute-api models pull better` gets it again$/] })
  t.match(await verifyModels({ built: `${built}/nowhere`, pulled }, 'auto'), { ok: false, faults: [/holds no manifest; `npm run build` makes it/] })
})

t.test('from a folder or a mirror the standard set is pulled, a set, or single models', async t => {
  const { built, pulled } = smallModels(t, MODELS)
  const mirror = await startMirror(t, { '/better.onnx': file('better'), '/best.onnx': file('best '.repeat(300)), '/sibling.onnx': file('sibling') })
  const ids = async (overrides: Partial<PullRequest>) => (await pull(requestOf({ built, pulled }, { from: mirror.url, env: { NO_PROXY: '*' }, ...overrides }))).map(({ model, state }) => `${model} ${state}`)
  t.same(await ids({}), ['better pulled'])
  t.same(await ids({ set: 'large' }), ['best pulled'])
  t.same(await ids({ ids: ['sibling', 'better'] }), ['sibling pulled', 'better kept'])
  t.match(await verifyModels({ built, pulled }, 'large'), { ok: true, installed: 4 })
  t.same((await pull(requestOf({ built, pulled: `${pulled}/again` }, { from: pulled, set: 'standard' }))).map(({ state }) => state), ['pulled'], 'from the folder of another installation')
})

t.test('a data folder that a pull has to make is its owner\'s alone', async t => {
  const { built, pulled } = smallModels(t, MODELS)
  const dataDir = `${pulled}/data`
  const mirror = await startMirror(t, { '/better.onnx': file('better') })
  await pull(requestOf({ built, pulled: `${dataDir}/models` }, { from: mirror.url, env: { NO_PROXY: '*' }, dataDir }))
  t.equal(statSync(dataDir).mode & 0o777, 0o700)
  t.equal(readFileSync(`${dataDir}/models/better.onnx`, 'utf8'), 'better')
})

t.test('what cannot be asked for is refused', async t => {
  const { built, pulled } = smallModels(t, MODELS)
  const refused = async (overrides: Partial<PullRequest>, message: RegExp): Promise<void> => {
    await t.rejects(pull(requestOf({ built, pulled }, overrides)), { name: 'CommandError', message })
  }
  await refused({ ids: ['nonsense'] }, /^there is no model nonsense/)
  await refused({ ids: ['embedded'] }, /part of the embedded set/)
  await refused({ from: '/no/such/folder' }, /is neither a folder nor an http\(s\) address$/)
  await refused({ signal: AbortSignal.abort() }, /^interrupted; /)
  t.notOk(existsSync(`${pulled}/better.onnx`))
})

t.test('on a terminal a bar grows; elsewhere there is a line for each file', async t => {
  let text = ''
  const stream = (isTTY: boolean) => Object.assign(new PassThrough().on('data', chunk => { text += String(chunk) }), { isTTY, cursorTo: () => true, clearLine: () => true, moveCursor: () => true, columns: 80 })
  const lines = showProgress(stream(false))
  lines.grow('a.onnx', 1, 2)
  lines.end({ model: 'a', file: 'a.onnx', state: 'pulled', from: 'https://a.example/x', faults: ['https://b.example/x: HTTP 404'] })
  lines.end({ model: 'b', file: 'b.onnx', state: 'failed', faults: ['https://a.example/y: HTTP 404', 'https://b.example/y: the connection is refused'] })
  lines.end({ model: 'c', file: 'c.onnx', state: 'kept', faults: [] })
  await new Promise(resolve => setImmediate(resolve))
  t.equal(text, 'a: a.onnx pulled from https://a.example/x; before that:\n  https://b.example/x: HTTP 404\nb: b.onnx could not be had:\n  https://a.example/y: HTTP 404\n  https://b.example/y: the connection is refused\nc: c.onnx is there already\n')
  text = ''
  const bars = showProgress(stream(true))
  bars.grow('a.onnx', 1_000_000, 4_000_000)
  bars.stop()
  await new Promise(resolve => setImmediate(resolve))
  t.match(text, /a\.onnx.*1\.0 of 4\.0 MB/)
})
