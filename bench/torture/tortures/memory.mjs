import { startService, temporaryFolder } from '../../eval/service.mjs'
import { FUNCTIONS, GOOD, ask } from '../functions.mjs'
import { largestPictures } from '../largest-pictures.mjs'
import { ALLOCATOR, memoryLimit } from '../memory-limit.mjs'
import { factsOf } from '../process-facts.mjs'

export const about = 'the largest allowed pictures of every format to every function at once, in 1 GB of memory'

const LIMIT_BYTES = 1024 ** 3
const CONCURRENCY = 8

export async function run ({ scale, note }) {
  const pictures = [...await largestPictures()].slice(0, Math.ceil(8 * scale))
  const limit = memoryLimit(LIMIT_BYTES)
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: ALLOCATOR, wrap: limit.wrap })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  const codes = {}
  const wrong = []
  try {
    const work = [...Object.keys(FUNCTIONS).map(name => ['good', name, GOOD[name]]), ...pictures.flatMap(([what, bytes]) => Object.keys(FUNCTIONS).map(name => [what, name, [bytes]]))]
    const workers = Array.from({ length: CONCURRENCY }, async () => {
      for (let next = work.shift(); next !== undefined && !life.ended; next = work.shift()) {
        const [what, name, images] = next
        const { status, envelope } = await ask(service, name, images, { timeoutMs: 600_000 }).catch(error => ({ status: String(error.cause ?? error) }))
        codes[envelope?.code ?? status] = (codes[envelope?.code ?? status] ?? 0) + 1
        note(`${what}, ${name}: ${status} ${envelope?.code === '0' ? '' : envelope?.message ?? ''}${life.ended ? '' : ` (${Math.round(factsOf(service.pid).rssMB)} MB)`}`)
        if (envelope === undefined || !['0', '-413', '-503', '-504'].includes(envelope.code)) wrong.push(`${what} to ${name}: ${status} ${envelope?.message ?? ''}`)
      }
    })
    await Promise.all(workers)
    const after = life.ended ? undefined : await ask(service, 'colorPalette', GOOD.colorPalette)
    return {
      rows: [
        { asked: 'no death by memory', measured: `${limit.kills()} kills, peak ${limit.peakMB()?.toFixed(0) ?? '?'} MB of ${(LIMIT_BYTES / 1e6).toFixed(0)}`, holds: !life.ended && limit.kills() === 0 },
        { asked: 'every answer right, 413 or 503', measured: `${JSON.stringify(codes)}${wrong.length > 0 ? `; ${wrong.slice(0, 3).join('; ')}` : ''}`, holds: wrong.length === 0 },
        { asked: 'the next good request is answered', measured: String(after?.status), holds: after?.status === 200 }
      ]
    }
  } finally {
    if (!life.ended) await service.stop()
    folder.remove()
    limit.remove()
  }
}
