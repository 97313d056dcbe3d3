import { spawn } from 'node:child_process'
import { cpSync, readFileSync, readdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAIN, cleanEnvironment, startService, temporaryFolder } from '../../eval/service.mjs'
import { FUNCTIONS, GOOD, ask } from '../functions.mjs'
import { factsOf } from '../process-facts.mjs'

export const about = 'models cut and deleted, the store killed while it writes, signals under load, two processes on one store'

const DIST = fileURLToPath(new URL('../../../dist/', import.meta.url))
const KILLS = 200

export async function run ({ scale, note }) {
  return { rows: [...await modelsVanish(note), ...await signalsUnderLoad(note), await storeKilled(Math.ceil(KILLS * scale), note), await secondProcess()] }
}

// A build of its own, whose models can be broken.
async function modelsVanish (note) {
  const folder = temporaryFolder()
  const build = join(folder.path, 'dist')
  cpSync(DIST, build, { recursive: true })
  symlinkSync(join(DIST, '../node_modules'), join(folder.path, 'node_modules'))
  cpSync(join(DIST, '../package.json'), join(folder.path, 'package.json'))
  cpSync(join(DIST, '../models/labels'), join(folder.path, 'models/labels'), { recursive: true })
  const service = await startService({ dataDir: join(folder.path, 'data'), env: { COMPUTE_MODELS_IDLE: '1s', COMPUTE_LOG_LEVEL: 'fatal' }, main: join(build, 'compute-api.cjs') })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  try {
    const golden = (await ask(service, 'objectsDetection', GOOD.objectsDetection)).text
    await sleep(2500)
    const [file] = readdirSync(join(build, 'models')).filter(name => /centernet\.onnx$/.test(name))
    const whole = readFileSync(join(build, 'models', file))
    truncateSync(join(build, 'models', file), whole.length / 2)
    const cut = await ask(service, 'objectsDetection', GOOD.objectsDetection)
    rmSync(join(build, 'models', file))
    const gone = await ask(service, 'objectsDetection', GOOD.objectsDetection)
    const other = await ask(service, 'colorPalette', GOOD.colorPalette)
    note(`a cut model: ${cut.status} ${cut.envelope?.code}; a deleted one: ${gone.status} ${gone.envelope?.code} ${gone.envelope?.message}`)
    return [
      { asked: 'a model cut or deleted while the server runs: its function answers 503, others go on', measured: `${cut.envelope?.code}, ${gone.envelope?.code}; colorPalette ${other.status}`, holds: golden.includes('"code":"0"') && cut.envelope?.code === '-5031' && gone.envelope?.code === '-5031' && other.status === 200 && !life.ended }
    ]
  } finally {
    if (!life.ended) await service.stop()
    folder.remove()
  }
}

async function signalsUnderLoad (note) {
  const rows = []
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const folder = temporaryFolder()
    const service = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } })
    const ended = service.ended.catch(() => performance.now())
    for (const name of Object.keys(FUNCTIONS)) await ask(service, name, GOOD[name])
    const asked = Object.keys(FUNCTIONS).map(name => ask(service, name, GOOD[name]).then(({ status }) => status, () => 'broken off'))
    // Until all of them have arrived.
    await sleep(400)
    const startedMs = performance.now()
    process.kill(service.pid, signal)
    const statuses = await Promise.all(asked)
    const tookS = (await ended - startedMs) / 1000
    const again = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } })
    const after = await ask(again, 'colorPalette', GOOD.colorPalette)
    await again.stop()
    folder.remove()
    note(`${signal}: ${statuses.join(', ')}; ended after ${tookS.toFixed(1)} s`)
    const answered = statuses.filter(status => status === 200).length
    rows.push(signal === 'SIGTERM'
      ? { asked: 'SIGTERM under load: what is in flight is answered, the store is whole', measured: `${answered} of ${statuses.length} answered, ended after ${tookS.toFixed(1)} s, then ${after.status}`, holds: answered === statuses.length && after.status === 200 && tookS < 15 }
      : { asked: 'SIGKILL under load: the store is whole', measured: `then ${after.status}`, holds: after.status === 200 })
  }
  return rows
}

// Every key that was shown must be there afterwards.
async function storeKilled (kills, note) {
  const folder = temporaryFolder()
  const env = { ...cleanEnvironment(), COMPUTE_DATA_DIR: folder.path }
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } })
  await service.stop()
  const shown = new Set()
  let damaged = 0
  const startedMs = performance.now()
  for (let n = 0; n < 3; n++) await command(['key', 'create', '--name', `whole-${n}`], env)
  const usualMs = (performance.now() - startedMs) / 3
  for (let n = 0; n < kills; n++) {
    const child = spawn(process.execPath, [MAIN, 'key', 'create', '--name', `key-${n}`, '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    child.stdout.on('data', data => { said += data })
    const closed = new Promise(resolve => child.once('close', resolve))
    // Mostly while it writes and shortly after.
    await sleep(usualMs * (0.6 + 0.5 * (n * 37 % 100) / 100))
    child.kill('SIGKILL')
    await closed
    if (/"id":/.test(said)) shown.add(`key-${n}`)
    if (n % 50 === 49) note(`${n + 1} kills, ${shown.size} keys shown`)
  }
  const { code, out } = await command(['key', 'list', '--json'], env)
  if (code !== 0) damaged++
  const lost = [...shown].filter(name => !out.includes(`"${name}"`))
  folder.remove()
  return { asked: `SIGKILL during the creation of a key, ${kills} times: the store is whole and holds every key that was shown`, measured: `${shown.size} shown, ${lost.length} lost, ${damaged} damages`, holds: lost.length === 0 && damaged === 0 }
}

async function secondProcess () {
  const folder = temporaryFolder()
  const [first, second] = [await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } }), await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } })]
  // A token of one is a token of the other.
  const crossed = await Promise.all([ask({ ...first, headers: second.headers }, 'colorPalette', GOOD.colorPalette), ask({ ...second, headers: first.headers }, 'colorPalette', GOOD.colorPalette)])
  const { threads } = factsOf(first.pid)
  await Promise.all([first.stop(), second.stop()])
  folder.remove()
  return { asked: 'two processes share a store', measured: `${crossed.map(({ status }) => status).join(', ')} (${threads} threads each)`, holds: crossed.every(({ status }) => status === 200) }
}

function command (args, env) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    child.stdout.on('data', data => { out += data })
    child.once('close', code => resolve({ code, out }))
  })
}
