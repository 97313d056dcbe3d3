import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { startService, temporaryFolder } from '../../eval/service.mjs'
import { FUNCTIONS, GOOD, ask } from '../functions.mjs'
import { ALLOCATOR } from '../memory-limit.mjs'
import { mutantsOf } from '../mutate.mjs'
import { factsOf } from '../process-facts.mjs'

export const about = 'every file of the robustness set and 2,000 mutants of good pictures, each to all functions; allocator set as README advises for containers, models freed after a minute without work'

const ROBUST = fileURLToPath(new URL('../../../../shared/images/robust/images/', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url))
const MUTANTS = 2000
const SEED = 20261126
const CONCURRENCY = 4
const DEADLINE_MS = 20_000
const IDLE_MS = 75_000
// A good picture after so many bad ones must give what it gave at first.
const GOOD_EVERY = 40
const KNOWN_CODES = new Set(['0', '-400', '-413', '-415', '-503', '-504'])

export async function run ({ scale, note }) {
  const fixtures = readdirSync(FIXTURES).filter(name => /\.(jpg|png|gif|webp|avif|tif|bmp|heic)$/.test(name)).map(name => [name, readFileSync(FIXTURES + name)])
  const robust = existsSync(ROBUST) ? readdirSync(ROBUST).map(name => ({ name, bytes: readFileSync(ROBUST + name) })) : []
  if (robust.length === 0) note('the robustness set (../shared/images/robust) is not here: mutants alone')
  const bad = [...robust, ...mutantsOf(fixtures, MUTANTS, SEED)].filter((_, n) => (n * scale) % 1 < scale)
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_REQUEST_TIMEOUT: `${DEADLINE_MS / 1000}s`, COMPUTE_LOG_LEVEL: 'fatal', COMPUTE_MODELS_IDLE: '1m', ...ALLOCATOR } })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  const codes = {}
  const faults = []
  let slowest = { ms: 0 }
  let asked = 0
  try {
    const golden = {}
    const warm = async () => {
      for (let round = 0; round < 3; round++) {
        for (const name of Object.keys(FUNCTIONS)) await Promise.all(Array.from({ length: CONCURRENCY }, async () => { golden[name] = (await ask(service, name, GOOD[name])).text }))
      }
    }
    // Every thread has been at work before the attack, as after it.
    await warm()
    const before = factsOf(service.pid)
    const queue = bad.flatMap(picture => Object.keys(FUNCTIONS).map(name => ({ name, picture })))
    const workers = Array.from({ length: CONCURRENCY }, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const { name, picture } = next
        if (life.ended) return
        const answer = await ask(service, name, FUNCTIONS[name].length === 2 && asked % 2 === 0 ? [GOOD[name][0], picture.bytes] : [picture.bytes]).catch(error => ({ status: String(error.cause ?? error), ms: 0 }))
        asked++
        const code = answer.envelope?.code ?? String(answer.status)
        codes[code] = (codes[code] ?? 0) + 1
        if (!KNOWN_CODES.has(code)) faults.push(`${picture.name} to ${name}: ${answer.status} ${answer.envelope?.message ?? ''}`)
        if (answer.ms > slowest.ms) slowest = { ms: answer.ms, what: `${picture.name} to ${name}` }
        if (asked % GOOD_EVERY === 0) {
          const good = await ask(service, name, GOOD[name]).catch(error => ({ text: String(error) }))
          if (good.text !== golden[name]) faults.push(`after ${asked} requests ${name} answered a good picture differently: ${good.text.slice(0, 100)}`)
        }
        if (asked % 500 === 0) note(`${asked} asked, ${queue.length} left, ${Math.round(factsOf(service.pid).rssMB)} MB${faults.length > 0 ? `, ${faults.length} faults, the last: ${faults.at(-1)}` : ''}`)
      }
    })
    await Promise.all(workers)
    // Threads that hold arrays for the largest pictures end after a minute without work; then good ones again, as before the
    // attack.
    if (!life.ended) {
      await sleep(IDLE_MS)
      await warm()
    }
    const after = life.ended ? { rssMB: NaN } : factsOf(service.pid)
    return {
      pictures: { robust: robust.length, mutants: MUTANTS, seed: SEED },
      codes,
      rows: [
        { asked: 'the process lives', measured: life.ended ? `it ended after ${asked} requests` : `after ${asked} requests`, holds: !life.ended },
        { asked: 'every answer an envelope with a documented code, none 5xx of our own', measured: `${JSON.stringify(codes)}${faults.length > 0 ? `; ${faults.length} faults: ${faults.slice(0, 5).join('; ')}` : ''}`, holds: faults.length === 0 },
        { asked: `within ${DEADLINE_MS / 1000} s`, measured: `the slowest took ${(slowest.ms / 1000).toFixed(1)} s (${slowest.what})`, holds: slowest.ms < DEADLINE_MS * 1.1 },
        { asked: 'memory back within 10 %', measured: `${before.rssMB.toFixed(0)} MB before, ${after.rssMB.toFixed(0)} MB after`, holds: after.rssMB <= before.rssMB * 1.1 }
      ]
    }
  } finally {
    if (!life.ended) await service.stop()
    folder.remove()
  }
}
