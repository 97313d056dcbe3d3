import { setTimeout as sleep } from 'node:timers/promises'
import { startService, temporaryFolder } from '../../eval/service.mjs'
import { FUNCTIONS, GOOD, MIX, ask, chooseFunction } from '../functions.mjs'
import { createRandom } from '../../random.mjs'

export const about = 'twice the load that the server can bear, of all functions mixed, with COMPUTE_QUEUE_WAIT=500ms'

const CALM_S = 60
const STORM_S = 60
const SEED = 7

export async function run ({ scale, note }) {
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal', COMPUTE_QUEUE_WAIT: '500ms' } })
  try {
    for (let round = 0; round < 3; round++) for (const name of Object.keys(FUNCTIONS)) await Promise.all([ask(service, name, GOOD[name]), ask(service, name, GOOD[name])])
    // Two at a time keep two CPUs busy without a queue: what they get done is what can be borne.
    const calm = await closedLoop(service, CALM_S * scale, 2)
    const capacity = calm.length / (CALM_S * scale)
    note(`${capacity.toFixed(2)} requests a second can be borne; unloaded p99 ${p(calm, 0.99).toFixed(0)} ms`)
    const probes = []
    const watch = watchLivez(service, probes)
    const storm = await openLoop(service, STORM_S * scale, 2 * capacity)
    await watch.stop()
    const accepted = storm.filter(({ status }) => status === 200)
    const refused = storm.filter(({ status }) => status === 503)
    const others = storm.filter(({ status }) => status !== 200 && status !== 503)
    const withoutRetry = refused.filter(({ headers }) => !/^\d+$/.test(headers.get('retry-after') ?? ''))
    const starved = Object.keys(MIX).filter(name => !accepted.some(answer => answer.name === name))
    const [calmP99, stormP99, refusedP99] = [p(calm, 0.99), p(accepted, 0.99), p(refused, 0.99)]
    return {
      mix: MIX,
      capacityPerS: Number(capacity.toFixed(2)),
      byFunction: Object.fromEntries(Object.keys(MIX).map(name => {
        const of = list => list.filter(answer => answer.name === name)
        return [name, { asked: of(storm).length, accepted: of(accepted).length, unloadedMedianMs: Math.round(p(of(calm), 0.5)), acceptedMedianMs: Math.round(p(of(accepted), 0.5)) }]
      })),
      rows: [
        { asked: 'surplus is answered 503 with Retry-After', measured: `${storm.length} asked, ${accepted.length} answered, ${refused.length} refused, ${withoutRetry.length} without Retry-After, ${others.length} otherwise`, holds: refused.length > 0 && withoutRetry.length === 0 && others.length === 0 },
        { asked: 'refused within 50 ms (p99)', measured: `${refusedP99.toFixed(0)} ms`, holds: refusedP99 <= 50 },
        { asked: 'p99 of accepted requests under twice the unloaded one', measured: `${stormP99.toFixed(0)} ms against ${calmP99.toFixed(0)} ms`, holds: stormP99 < 2 * calmP99 },
        { asked: 'what is done under overload is what can be borne', measured: `${(accepted.length / (STORM_S * scale)).toFixed(2)} against ${capacity.toFixed(2)} a second`, holds: accepted.length / (STORM_S * scale) > 0.8 * capacity },
        { asked: 'no function starves', measured: starved.length === 0 ? 'each was answered' : starved.join(', '), holds: starved.length === 0 },
        { asked: '/livez under 50 ms (p99)', measured: `${p(probes, 0.99).toFixed(0)} ms, ${probes.length} asked`, holds: p(probes, 0.99) < 50 }
      ]
    }
  } finally {
    await service.stop()
    folder.remove()
  }
}

async function closedLoop (service, seconds, clients) {
  const random = createRandom(SEED)
  const answers = []
  const endMs = performance.now() + seconds * 1000
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() < endMs) {
      const name = chooseFunction(random)
      answers.push({ name, ...await ask(service, name, GOOD[name]) })
    }
  }))
  return answers
}

// Arrivals do not wait for answers (Poisson), as clients that know nothing of each other.
async function openLoop (service, seconds, perS) {
  const random = createRandom(SEED + 1)
  const asked = []
  const endMs = performance.now() + seconds * 1000
  while (performance.now() < endMs) {
    const name = chooseFunction(random)
    asked.push(ask(service, name, GOOD[name]).then(answer => ({ name, ...answer }), error => ({ name, status: String(error), ms: NaN })))
    await sleep(-Math.log(1 - random()) / perS * 1000)
  }
  return await Promise.all(asked)
}

function watchLivez ({ origin }, probes) {
  const over = new AbortController()
  const watching = (async () => {
    while (!over.signal.aborted) {
      const startedMs = performance.now()
      await (await fetch(`${origin}/livez`)).arrayBuffer()
      probes.push({ ms: performance.now() - startedMs })
      await sleep(100)
    }
  })()
  return { async stop () { over.abort(); await watching } }
}

function p (answers, share) {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
