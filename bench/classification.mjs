// What a classification costs beside the parts that it cannot do without (the detector's net, the trunk, is run for it alone as it
// is for objects, at the size at which the heads see with it), and what the server takes before the first
// request and with everything loaded. Embedded models, as after npm ci.
//   node bench/classification.mjs     a minute; writes bench/results/classification.json
// CPU times of one thread in this process (process.cpuUsage), in interleaved rounds, medians; the decode is that of the
// service. Wall time from start to ready depends on what else the machine does; its CPU seconds do not.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createLabelGraph } from '../dist/labels/label-graph.js'
import { readLabelEntities } from '../dist/runtime/label-table.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'
import { classifiedSize, createClassifyImage } from '../dist/services/classify-image.js'
import { openLabelSources } from '../dist/services/label-sources/open-label-sources.js'
import { startService, temporaryFolder } from './eval/service.mjs'
import { samplePhoto } from './sample-photo.mjs'

// What a function's pictures are called.
const ONE = ['image']
const PICTURES = {
  classification: ONE, colorPalette: ONE, heatMap: ONE, objectsDetection: ONE, textDetection: ONE, imagesDifferences: ['image1', 'image2'], imagesDistance: ['refImage', 'queryImage']
}
const RESULTS = fileURLToPath(new URL('results/classification.json', import.meta.url))
const { values: { rounds } } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } })

const result = { date: new Date().toISOString().slice(0, 10), command: 'node bench/classification.mjs', node: process.version, ...await cost(Number(rounds)), server: await footprint() }
console.log(result)
writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`)

async function cost (rounds) {
  configureSharp()
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
  const sessions = new Map()
  const pool = {
    async run ({ path }, feeds, outputs) {
      if (!sessions.has(path)) sessions.set(path, await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 }))
      return await sessions.get(path).run(Object.fromEntries(Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)])), outputs)
    }
  }
  const models = await openModelStore(BUILT_MODELS_FOLDER)
  const graph = createLabelGraph(readLabelEntities())
  const { sources } = openLabelSources({ pool, models, graph, reportFault: fault => { throw new Error(`${fault.id}: ${fault.fault}`) } })
  const classify = createClassifyImage({ decoder, graph, sources, reportMissing: name => { throw new Error(`no ${name}`) } })
  const photo = await samplePhoto()
  const { signal } = new AbortController()
  const request = { signal, stage: async (_, run) => await run() }

  const heads = models.forTask('classification').find(({ facts }) => facts.styles !== undefined).facts
  const { maxima: { model, outputs } } = heads.source.sees
  const { net, facts: { inputs: [{ name }] } } = models.find(model, outputs)
  const { height, width } = heads.inputs[0].size
  const tensor = new Float32Array(3 * height * width).fill(100)
  const parts = {
    classification: async () => await classify(photo, {}, request),
    decode: async () => await decoder.decode(photo, { size: classifiedSize, alpha: 'flatten' }, signal),
    trunk: async () => await pool.run(net, { [name]: { data: tensor, dims: [1, 3, height, width] } }, outputs)
  }
  const times = Object.fromEntries(Object.keys(parts).map(part => [part, []]))
  for (let round = -3; round < rounds; round++) {
    for (const [part, run] of Object.entries(parts)) {
      const before = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) times[part].push((user + system) / 1000)
    }
  }
  await decoder.close()
  const cpuMs = Object.fromEntries(Object.entries(times).map(([part, values]) => [part, round(median(values))]))
  return { rounds, photo: '530 KB, 1920 x 1080', cpuMs, 'beyond the decode, in runs of the trunk': round(median(times.classification.map((all, i) => (all - times.decode[i]) / times.trunk[i]))) }
}

async function footprint () {
  const folder = temporaryFolder()
  try {
    const began = performance.now()
    const service = await startService({ dataDir: folder.path, env: { COMPUTE_MODELS: 'embedded', COMPUTE_CONCURRENCY: '1' } })
    const readyMs = Math.round(performance.now() - began)
    const beforeTheFirstRequest = { readyMs, cpuS: round(await service.cpuSeconds()), rssMB: await rssMB(service) }
    const photo = await samplePhoto()
    for (const [name, parameters] of Object.entries(PICTURES)) {
      await service.ask(name, Object.fromEntries(parameters.map(parameter => [parameter, photo])), {})
    }
    const everythingLoaded = { rssMB: await rssMB(service) }
    await service.stop()
    return { beforeTheFirstRequest, everythingLoaded }
  } finally {
    folder.remove()
  }
}

async function rssMB ({ origin }) {
  const text = await (await fetch(`${origin}/metrics`)).text()
  return Math.round(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1e6)
}

function median (values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function round (value) {
  return Math.round(value * 100) / 100
}
