// One thing to be measured, in a process of its own so that its CPU time is its own. The parent names the subject and
// then asks for the CPU seconds used so far, or to do the work in-process so many times.
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import { pino } from 'pino'
import { Type } from 'typebox'
import { buildApp } from '../dist/app.js'
import { loadConfig } from '../dist/config.js'
import { computePalette, PALETTE_WORKING_SIDE_PX } from '../dist/engines/palette.js'
import { buildServer } from '../dist/http/build-server.js'
import { createMetrics } from '../dist/http/metrics.js'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createCpuBudget } from '../dist/runtime/cpu-budget.js'
import { createFindPalette } from '../dist/services/color-palette.js'
import { createEnvelopeWriter } from '../dist/wire/envelope.js'
import { ColorPaletteSchema } from '../dist/wire/color-palette.js'
import { samplePhoto } from './sample-photo.mjs'

const dataDir = mkdtempSync(join(tmpdir(), 'compute-bench-'))
process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }))
process.on('disconnect', () => process.exit())

const SUBJECTS = {
  async 'node:http' () {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"status":"alive"}')
    })
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
    return { port: server.address().port }
  },
  async fastify () {
    const app = Fastify()
    app.get('/livez', (request, reply) => reply.send({ status: 'alive' }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: app.server.address().port }
  },
  // The whole server but for the pictures: what a request costs that is received and answered without being looked at.
  async receive () {
    const budget = createCpuBudget({ slots: 2, maxQueue: 1000 })
    const app = await buildServer({
      config: { trustProxy: [], httpStatus: 'real', docs: 'off', metrics: 'off', corsOrigins: [] },
      version: '0',
      logger: pino({ level: 'info' }, pino.destination('/dev/null')),
      metrics: createMetrics(budget),
      budget,
      readiness: () => ({ ready: true }),
      authenticate: async () => {},
      requestTimeoutMs: 60_000,
      images: { maxImageBytes: 20_000_000 },
      endpoints: [{ name: 'colorPalette', summary: '', access: 'token', images: ['image'], options: Type.Object({}), content: Type.Object({ bytes: Type.Integer() }), example: { bytes: 0 }, handle: async ({ images }) => ({ bytes: images.image.length }) }]
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: app.server.address().port }
  },
  async server () {
    let token
    const config = loadConfig({ COMPUTE_DATA_DIR: dataDir, COMPUTE_QUEUE_LIMIT: '1000' })
    const app = await buildApp(config, pino({ level: 'info' }, pino.destination('/dev/null')), credentials => { token = credentials.accessToken })
    await app.http.listen({ port: 0, host: '127.0.0.1' })
    return { port: app.http.server.address().port, token }
  },
  // The same work without HTTP: decode, cluster, write the answer.
  async 'in-process' () {
    configureSharp()
    const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
    const findPalette = createFindPalette(decoder)
    const write = createEnvelopeWriter(ColorPaletteSchema)
    const photo = await samplePhoto()
    const { signal } = new AbortController()
    const work = { signal, stage: async (name, run) => await run() }
    const size = { width: PALETTE_WORKING_SIDE_PX, height: PALETTE_WORKING_SIDE_PX, fit: 'inside', kernel: 'nearest' }
    const pixels = await decoder.decode(photo, { size, alpha: 'keep' }, signal)
    return {
      work: {
        palette: async () => write(await findPalette(photo, work)),
        decode: async () => await decoder.decode(photo, { size, alpha: 'keep' }, signal),
        cluster: async () => computePalette(pixels)
      }
    }
  }
}

const { work, ...subject } = await SUBJECTS[process.argv[2]]()
process.on('message', async ({ ask, name, times }) => {
  if (ask === 'work') {
    const before = process.cpuUsage()
    for (let done = 0; done < times; done++) await work[name]()
    const { user, system } = process.cpuUsage(before)
    process.send({ cpuMs: (user + system) / 1000 })
  } else {
    const { user, system } = process.cpuUsage()
    process.send({ cpuMs: (user + system) / 1000 })
  }
})
process.send(subject)
