// What one more worker takes: the resident memory of the running service with one and with two, after signs and receipts.
import { readFileSync, readdirSync } from 'node:fs'
import { startService, temporaryFolder } from '../eval/service.mjs'
import { factsOf } from '../torture/process-facts.mjs'
import { IMAGES } from './parts.mjs'

const PICTURES = [
  ...['ocr_icdar2015/images/', 'ocr_receipts/images/'].flatMap(folder => readdirSync(IMAGES + folder).sort().slice(0, 4).map(name => folder + name)),
  'ocr_misc/images/french.jpg'
]

/** Resident megabytes. */
export async function memory () {
  const [one, two] = [await residentMB(1), await residentMB(2)]
  return { pictures: PICTURES.length, 'rssMB with one worker': one, 'rssMB with two workers': two, 'MB of one more worker, nets and Tesseract': two - one }
}

async function residentMB (workers) {
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_MODELS: 'embedded', COMPUTE_CONCURRENCY: String(workers) } })
  try {
    // One picture at a time: its lines keep all workers busy.
    for (const file of PICTURES) await service.ask('textDetection', { image: readFileSync(IMAGES + file) }, {})
    return Math.round(factsOf(service.pid).rssMB)
  } finally {
    await service.stop()
    folder.remove()
  }
}
