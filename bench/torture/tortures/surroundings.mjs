import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MAIN, cleanEnvironment, startService, temporaryFolder } from '../../eval/service.mjs'
import { GOOD, ask } from '../functions.mjs'

export const about = 'a full disk and a read-only one under the data folder (needs root), and a clock that jumps'

const DISK = '6m'
const SHIFTED_CLOCK = fileURLToPath(new URL('../shifted-clock.mjs', import.meta.url))
const DAY_MS = 86_400_000

export async function run ({ note }) {
  return { rows: [...process.getuid?.() === 0 ? await diskFull(note) : [], await clockJumps(note)] }
}

async function diskFull (note) {
  const folder = temporaryFolder()
  const disk = join(folder.path, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk])
  const dataDir = join(disk, 'data')
  const filler = join(disk, 'filler')
  const service = await startService({ dataDir, env: { COMPUTE_LOG_LEVEL: 'fatal' } })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  const manage = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env: { ...cleanEnvironment(), COMPUTE_DATA_DIR: dataDir }, encoding: 'utf8' })
    return { status, said: lastLine(`${stdout}${stderr}`, folder.path) }
  }
  try {
    const before = manage('key', 'create', '--name', 'before')
    try {
      writeFileSync(filler, Buffer.alloc(64 << 20))
    } catch {}
    const answered = (await Promise.all(Array.from({ length: 20 }, () => ask(service, 'colorPalette', GOOD.colorPalette)))).filter(({ status }) => status === 200).length
    // More than what SQLite has room for in pages that it holds already.
    let refused
    for (let n = 0; n < 200 && (refused === undefined || refused.status === 0); n++) refused = manage('key', 'create', '--name', `full-${n}`)
    note(`on a full disk: exit ${refused.status}, ${refused.said}`)
    rmSync(filler)
    const after = manage('key', 'create', '--name', 'after')
    const list = manage('key', 'list', '--json')
    const next = await ask(service, 'colorPalette', GOOD.colorPalette)
    const whole = before.status === 0 && after.status === 0 && list.status === 0 && next.status === 200
    const rows = [{
      asked: 'a full disk: requests are answered, a change is refused in words, and all is well once there is room',
      measured: `${answered} of 20 answered; exit ${refused.status} (${refused.said}); then ${after.status}, ${next.status}`,
      holds: answered === 20 && refused.status !== 0 && /full|space/.test(refused.said) && whole && !life.ended
    }]
    await service.stop()
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const started = spawnSync(process.execPath, [MAIN, 'serve'], { env: { ...cleanEnvironment(), COMPUTE_DATA_DIR: dataDir, COMPUTE_PORT: '0' }, encoding: 'utf8', timeout: 60_000 })
    const said = lastLine(`${started.stdout}${started.stderr}`, folder.path)
    note(`on a read-only disk: exit ${started.status}, ${said}`)
    rows.push({ asked: 'a read-only data folder: the server says so and does not start', measured: `exit ${started.status}: ${said}`, holds: started.status !== 0 && started.status !== null && /read-write/.test(said) })
    return rows
  } finally {
    if (!life.ended) await service.stop()
    execFileSync('umount', [disk])
    folder.remove()
  }
}

// The process's own clock, moved by signals: what is measured as a span must not depend on it, and no token is lost early.
async function clockJumps (note) {
  const folder = temporaryFolder()
  const shift = join(folder.path, 'shift')
  const service = await startService({
    dataDir: join(folder.path, 'data'),
    env: { COMPUTE_LOG_LEVEL: 'fatal', COMPUTE_TOKEN_TTL: '2d', CLOCK_SHIFT_FILE: shift, NODE_OPTIONS: `--import=${SHIFTED_CLOCK}` }
  })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  const found = {}
  let lived = false
  try {
    for (const [name, days] of [['usual', 0], ['a day ahead', 1], ['a year back', -365], ['three days ahead', 3], ['back again', 0]]) {
      writeFileSync(shift, String(days * DAY_MS))
      await sleep(300)
      const answers = await Promise.all(['colorPalette', 'objectsDetection', 'imagesDistance'].map(name => ask(service, name, GOOD[name])))
      const health = await fetch(`${service.origin}/readyz`)
      found[name] = [...new Set(answers.map(({ status }) => status)), health.status].join('/')
      note(`${name}: ${found[name]}`)
    }
    lived = !life.ended
  } finally {
    if (!life.ended) await service.stop()
    folder.remove()
  }
  const expected = { usual: '200/200', 'a day ahead': '200/200', 'a year back': '200/200', 'three days ahead': '401/200', 'back again': '200/200' }
  return {
    asked: 'a clock that jumps: requests and health go on, a token ends when its time has come and not before',
    measured: Object.entries(found).map(([name, text]) => `${name} ${text}`).join(', '),
    holds: JSON.stringify(found) === JSON.stringify(expected) && lived
  }
}

function lastLine (text, folder) {
  return text.trim().split('\n').at(-1).replaceAll(folder, '')
}
