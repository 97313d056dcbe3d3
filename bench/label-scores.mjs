// For label-calibration.py: the largest score of each class of the embedded detector, for pictures in folders whose
// names say what they show. Some pictures of each folder, always the same.
//   node bench/label-scores.mjs CALTECH/101_ObjectCategories PACS/photo > scores.json
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createObjectDetector, detectorOutputs } from '../dist/engines/object-detector.js'
import { resample } from '../dist/imaging/resample.js'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { createInferencePool } from '../dist/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'
import { openModelStore } from '../dist/runtime/model-store.js'

const PER_FOLDER = 18
const LONGEST_SIDE = 768
const MIN_RAW = 0.02
const known = JSON.parse(readFileSync(new URL('label-calibration-folders.json', import.meta.url), 'utf8'))

configureSharp()
const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 600_000 })
const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 600_000 })
const { net, facts } = (await openModelStore(BUILT_MODELS_FOLDER)).find('mobilenetv3-centernet', ['keypoints', 'wh'])
const outputs = detectorOutputs(facts.outputs.map(({ name }) => name))
const detector = createObjectDetector(pool, { net, input: facts.inputs[0], outputs, task: 'classification' })
const { signal } = new AbortController()
const rows = []
for (const root of process.argv.slice(2)) {
  for (const name of readdirSync(root).sort()) {
    const folder = basename(root) === 'photo' ? `photo/${name}` : name
    if (!(folder in known)) continue
    const files = readdirSync(join(root, name)).sort()
    const step = Math.max(1, files.length / PER_FOLDER)
    for (let at = 0; at < files.length; at += step) {
      const image = await decoder.decode(readFileSync(join(root, name, files[Math.floor(at)])), { size: { width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside' }, alpha: 'flatten' }, signal)
      const maxima = {}
      for (const { classIndex, score } of await detector.detect(resample(image, detector.size), MIN_RAW)) {
        maxima[classIndex] = Math.max(maxima[classIndex] ?? 0, Math.round(score * 1e5) / 1e5)
      }
      rows.push({ folder, maxima })
    }
  }
}
console.log(JSON.stringify(rows))
await Promise.all([decoder.close(), pool.close()])
