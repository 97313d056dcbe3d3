import { startService, temporaryFolder } from '../../eval/service.mjs'
import { GOOD, MIX, PICTURES, ask, chooseFunction } from '../functions.mjs'
import { ALLOCATOR } from '../memory-limit.mjs'
import { createRandom } from '../../random.mjs'
import { factsOf } from '../process-facts.mjs'

export const about = '20,000 mixed requests at concurrency 8; allocator set as README advises for containers'

const REQUESTS = 20_000
const CONCURRENCY = 8
const SAMPLES = 100
const WARM_UP = 0.2
const SEED = 11

export async function run ({ scale, note }) {
  const total = Math.round(REQUESTS * scale)
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal', COMPUTE_QUEUE_WAIT: '10m', ...ALLOCATOR } })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  const random = createRandom(SEED)
  const times = new Float64Array(total)
  const samples = []
  const wrong = []
  let begun = 0
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
      for (let n = begun++; n < total && !life.ended; n = begun++) {
        const name = chooseFunction(random)
        const pictures = random() < 0.5 ? GOOD[name] : [pick(Object.values(PICTURES), random), pick(Object.values(PICTURES), random)]
        const { status, ms } = await ask(service, name, pictures).catch(error => ({ status: String(error.cause ?? error), ms: NaN }))
        times[n] = ms
        if (status !== 200) wrong.push(`${name}: ${status}`)
        if (n % Math.ceil(total / SAMPLES) === 0 && !life.ended) {
          const { rssMB, threads, handles } = factsOf(service.pid)
          samples.push({ requests: n, rssMB: Math.round(rssMB), threads, handles })
          if (samples.length % 10 === 0) note(JSON.stringify(samples.at(-1)))
        }
      }
    }))
    const settled = samples.filter(({ requests }) => requests >= WARM_UP * total)
    const slope = slopeOf(settled)
    const tenth = Math.floor(total / 10)
    const first = p99(times.subarray(Math.round(WARM_UP * total), Math.round(WARM_UP * total) + tenth))
    const last = p99(times.subarray(total - tenth))
    const growth = key => Math.max(...settled.slice(-10).map(sample => sample[key])) - Math.max(...settled.slice(0, 10).map(sample => sample[key]))
    return {
      mix: MIX,
      samples: samples.filter((_, n) => n % 5 === 0),
      rows: [
        { asked: 'every request is answered', measured: wrong.length === 0 ? `${total} of ${total}` : `${wrong.length} not: ${[...new Set(wrong)].slice(0, 5).join('; ')}`, holds: wrong.length === 0 && !life.ended },
        { asked: 'memory grows by less than 1 MB in 1,000 requests after the warm-up', measured: `${slope.toFixed(2)} MB`, holds: slope < 1 },
        { asked: 'p99 of the last tenth at most 1.2 times that of the first after the warm-up', measured: `${last.toFixed(0)} ms against ${first.toFixed(0)} ms`, holds: last <= 1.2 * first },
        { asked: 'no thread and no handle more', measured: `${growth('threads')} threads, ${growth('handles')} handles`, holds: growth('threads') <= 0 && growth('handles') <= 2 }
      ]
    }
  } finally {
    if (!life.ended) await service.stop()
    folder.remove()
  }
}

const pick = (list, random) => list[Math.floor(random() * list.length)]

/** Megabytes per 1,000 requests, by least squares. */
function slopeOf (samples) {
  const mean = key => samples.reduce((sum, sample) => sum + sample[key], 0) / samples.length
  const [x, y] = [mean('requests'), mean('rssMB')]
  const [over, under] = samples.reduce(([over, under], { requests, rssMB }) => [over + (requests - x) * (rssMB - y), under + (requests - x) ** 2], [0, 0])
  return over / under * 1000
}

function p99 (times) {
  return Float64Array.from(times).sort()[Math.floor(0.99 * times.length)]
}
