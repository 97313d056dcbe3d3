// What decoding the largest pictures takes in memory, by format, and the process when every function has been used.
//   node bench/decode-memory.mjs      needs root for a memory limit; writes bench/results/decode-memory.json
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startService, temporaryFolder } from './eval/service.mjs'
import { FUNCTIONS, GOOD, ask } from './torture/functions.mjs'
import { largestPictures } from './torture/largest-pictures.mjs'
import { ALLOCATOR, memoryLimit } from './torture/memory-limit.mjs'
import { factsOf, forgetPeak } from './torture/process-facts.mjs'

const bytesPerPixel = {}
for (const [format, bytes] of await largestPictures()) {
  // A process of its own for each: what the last picture left behind would hide what the next one takes.
  await withService(ALLOCATOR, async service => {
    await ask(service, 'colorPalette', GOOD.colorPalette)
    const { rssMB } = factsOf(service.pid)
    forgetPeak(service.pid)
    const { envelope } = await ask(service, 'colorPalette', [bytes])
    if (envelope?.code !== '0') throw new Error(`${format}: ${envelope?.message}`)
    bytesPerPixel[format] = Number(((factsOf(service.pid).peakMB - rssMB) * 1024 ** 2 / (8192 * 6100)).toFixed(1))
    console.log(`${format}: ${bytesPerPixel[format]} bytes a pixel`)
  })
}
const everythingUsedMB = {}
const limit = memoryLimit(1024 ** 3)
for (const [what, env, wrap] of [['as usual', {}, []], ['in 1 GB, with the settings for small containers', ALLOCATOR, limit.wrap]]) {
  await withService(env, async service => {
    for (let round = 0; round < 3; round++) for (const name of Object.keys(FUNCTIONS)) await Promise.all([0, 1].map(() => ask(service, name, GOOD[name])))
    everythingUsedMB[what] = Math.round(factsOf(service.pid).rssMB)
    console.log(`every function used, ${what}: ${everythingUsedMB[what]} MB`)
  }, wrap)
}
limit.remove()
writeFileSync(fileURLToPath(new URL('results/decode-memory.json', import.meta.url)), `${JSON.stringify({
  date: new Date().toISOString().slice(0, 10), command: 'node bench/decode-memory.mjs', node: process.version, bytesPerPixel, everythingUsedMB
}, null, 2)}\n`)

async function withService (env, work, wrap = []) {
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_CONCURRENCY: '2', COMPUTE_PICTURE_MEMORY: '4GB', ...env }, wrap })
  try {
    await work(service)
  } finally {
    await service.stop()
    folder.remove()
  }
}
