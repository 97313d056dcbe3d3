// One thing to be measured, in a process of its own so that its CPU time is its own. The parent names the subject and
// then asks for the CPU seconds used so far, or to do the work in-process so many times.
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import { pino } from 'pino'
import { Type } from 'typebox'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { buildApp } from '../dist/app.js'
import { loadConfig } from '../dist/config.js'
import { computePalette, PALETTE_WORKING_SIDE_PX } from '../dist/engines/palette.js'
import { buildServer } from '../dist/http/build-server.js'
import { createMetrics } from '../dist/http/metrics.js'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'
import { createCpuBudget } from '../dist/runtime/cpu-budget.js'
import { createMemoryBudget } from '../dist/runtime/memory-budget.js'
import { createFindPalette } from '../dist/services/color-palette.js'
import { createDetectObjects, openDetector } from '../dist/services/detect-objects.js'
import { createEnvelopeWriter } from '../dist/wire/envelope.js'
import { ColorPaletteSchema } from '../dist/wire/color-palette.js'
import { ObjectsDetectionSchema } from '../dist/wire/objects-detection.js'
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
    const memory = createMemoryBudget(1e9)
    const budget = createCpuBudget({ slots: 2, maxQueue: 1000, maxWaitMs: 60_000 })
    const app = await buildServer({
      config: { trustProxy: [], httpStatus: 'real', docs: 'off', metrics: 'off', corsOrigins: [], rateLimit: undefined },
      version: '0',
      logger: pino({ level: 'info' }, pino.destination('/dev/null')),
      metrics: createMetrics(budget, memory),
      budget,
      memory,
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
    const config = loadConfig({ COMPUTE_DATA_DIR: dataDir, COMPUTE_QUEUE_LIMIT: '1000', COMPUTE_CONCURRENCY: process.env.COMPUTE_CONCURRENCY })
    const app = await buildApp(config, pino({ level: 'info' }, pino.destination('/dev/null')), credentials => { token = credentials.accessToken })
    await app.http.listen({ port: 0, host: '127.0.0.1' })
    return { port: app.http.server.address().port, token }
  },
  // The same work without HTTP and without threads: decode, run the engine, write the answer.
  async 'in-process' () {
    configureSharp()
    const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
    const photo = await samplePhoto()
    const { signal } = new AbortController()
    const request = { signal, stage: async (name, run) => await run() }
    return { work: { ...await paletteWork(decoder, photo, request), ...await objectsWork(decoder, photo, request) } }
  }
}

async function paletteWork (decoder, photo, request) {
  const findPalette = createFindPalette(decoder)
  const write = createEnvelopeWriter(ColorPaletteSchema)
  const options = { size: { width: PALETTE_WORKING_SIDE_PX, height: PALETTE_WORKING_SIDE_PX, fit: 'inside', kernel: 'nearest' }, alpha: 'keep' }
  const pixels = await decoder.decode(photo, options, request.signal)
  return {
    colorPalette: async () => write(await findPalette(photo, request)),
    'colorPalette: decode alone': async () => await decoder.decode(photo, options, request.signal),
    'colorPalette: quantise alone': async () => computePalette(pixels)
  }
}

async function objectsWork (decoder, photo, request) {
  const pool = barePool()
  const [model] = (await openModelStore(BUILT_MODELS_FOLDER)).forTask('object-detection')
  const opened = openDetector(pool, model)
  const detectObjects = createDetectObjects({ decoder, models: { use: async run => await run(opened, model) } })
  const write = createEnvelopeWriter(ObjectsDetectionSchema)
  const options = { size: opened.detector.size, alpha: 'flatten' }
  const { width, height } = opened.detector.size
  const { name } = model.facts.inputs.find(({ kind }) => kind === 'image')
  const net = model.netWith(['keypoints', 'wh'])
  const tensor = new Float32Array(3 * width * height).fill(100)
  return {
    objectsDetection: async () => write(await detectObjects(photo, {}, request)),
    'objectsDetection: decode alone': async () => await decoder.decode(photo, options, request.signal),
    'objectsDetection: net alone': async () => await pool.run(net, { [name]: { data: tensor, dims: [1, 3, height, width] } }, ['keypoints', 'wh'])
  }
}

// onnxruntime in this very thread, as a script would use it.
function barePool () {
  const sessions = new Map()
  return {
    async run ({ path }, feeds, outputs) {
      if (!sessions.has(path)) sessions.set(path, InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 }))
      const session = await sessions.get(path)
      return await session.run(Object.fromEntries(Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)])), outputs)
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
