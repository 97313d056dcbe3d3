// What textDetection is made of, in this process, one thread of a kind; and the CPU time that each part takes.
import { fileURLToPath } from 'node:url'
import { configureSharp, createImageDecoder } from '../../dist/intake/decode-image.js'
import { createInferencePool } from '../../dist/runtime/inference-pool.js'
import { createLanguageIdentifier } from '../../dist/runtime/language-identifier.js'
import { BUILT_MODELS_FOLDER } from '../../dist/runtime/model-manifest.js'
import { openModelStore } from '../../dist/runtime/model-store.js'
import { findOcrLanguages } from '../../dist/runtime/ocr-languages.js'
import { createTesseract } from '../../dist/runtime/tesseract.js'

/** The evaluation pictures. */
export const IMAGES = fileURLToPath(new URL('../../../shared/images/', import.meta.url))

const FOR_EVER_MS = 600_000
const LANGUAGES = ['eng', 'fra']

/** CPU milliseconds of this process and its threads so far. */
export function cpuMs () {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Gives the parts of the service, `spent` (CPU milliseconds by part; the caller empties it) and what ends them all. */
export async function makeParts () {
  configureSharp()
  const spent = {}
  const metered = async (name, run) => {
    const before = cpuMs()
    const inside = total(spent)
    try {
      return await run()
    } finally {
      // What a part within has taken counts for that part.
      spent[name] = (spent[name] ?? 0) + cpuMs() - before - (total(spent) - inside)
    }
  }
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: FOR_EVER_MS })
  const models = await openModelStore(BUILT_MODELS_FOLDER)
  const nets = createInferencePool({ threads: 1, idleTimeoutMs: Infinity, runTimeoutMs: FOR_EVER_MS })
  const engine = createTesseract({ threads: 1, languages: findOcrLanguages(LANGUAGES, models).found, idleTimeoutMs: Infinity, runTimeoutMs: FOR_EVER_MS })
  return {
    spent,
    decoder,
    models,
    pool: { ...nets, run: (net, feeds, outputs) => metered(net.id === 'pp-ocrv4-det' ? 'detector' : 'recogniser', () => nets.run(net, feeds, outputs)) },
    tesseract: { ...engine, read: (picture, mode) => metered('Tesseract', () => engine.read(picture, mode)) },
    budget: { borrow: () => undefined },
    identify: createLanguageIdentifier(),
    maxLines: 1000,
    /** What a service is given with a request. */
    work: { signal: new AbortController().signal, stage: (name, run) => metered(name === 'decode' ? 'decode' : 'own computing', async () => await run()) },
    async close () {
      await Promise.all([decoder.close(), nets.close(), engine.close()])
    }
  }
}

/** The luma of a picture, as Tesseract is given it. */
export function greyOf ({ data, width, height, channels }) {
  const grey = new Uint8Array(width * height)
  for (let at = 0; at < grey.length; at++) grey[at] = Math.round(0.299 * data[channels * at] + 0.587 * data[channels * at + 1] + 0.114 * data[channels * at + 2])
  return { data: grey, width, height }
}

function total (spent) {
  return Object.values(spent).reduce((sum, ms) => sum + ms, 0)
}
