// The service's detector beside the same weights in Python's onnxruntime (detector.py): score maps on the same pixels, and
// average precision with Pillow's decoding and resizing instead of ours (our figures are those of `npm run eval`).
//   PYTHON=… node bench/reference/compare.mjs     two minutes; writes bench/results/reference.json
// Needs ../shared/images, and in PYTHON (python3 if not given) numpy, pillow, onnxruntime and pycocotools.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MODEL, openDetector } from '../detector/open-detector.mjs'

const IMAGES = new URL('../../../shared/images/', import.meta.url)
const REFERENCE = fileURLToPath(new URL('detector.py', import.meta.url))
const SCORED_PICTURES = 8
const SETS = { det_coco_val2017: 'objects-coco', det_voc_indoor: 'objects-voc-indoor' }
const python = process.env.PYTHON || 'python3'

if (!existsSync(IMAGES)) skip('the pictures (../shared/images) are not here')
if (spawnSync(python, ['-c', 'import numpy, PIL, onnxruntime, pycocotools']).status !== 0) skip(`${python} lacks numpy, pillow, onnxruntime or pycocotools`)

const { onnxruntime, pillow, sets } = JSON.parse(execFileSync(python, [REFERENCE], { encoding: 'utf8' }))
const ours = JSON.parse(readFileSync(new URL('../results/eval.json', import.meta.url), 'utf8')).sets
const result = {
  date: new Date().toISOString().slice(0, 10),
  command: 'node bench/reference/compare.mjs',
  model: MODEL,
  onnxruntime,
  pillow,
  sameScores: await compareScores(),
  averagePrecision: Object.fromEntries(Object.entries(sets).map(([folder, byKernel]) => {
    const { AP50, 'AP50:95': ap } = ours[SETS[folder]].configurations.embedded.figures
    return [folder, { service: { AP50, 'AP50:95': ap }, ...byKernel }]
  }))
}
writeFileSync(fileURLToPath(new URL('../results/reference.json', import.meta.url)), `${JSON.stringify(result, null, 2)}\n`)
console.log(JSON.stringify(result, null, 2))

async function compareScores () {
  const detector = await openDetector()
  const folder = mkdtempSync(join(tmpdir(), 'compute-reference-'))
  const { items } = JSON.parse(readFileSync(new URL('det_coco_val2017/truth.json', IMAGES), 'utf8'))
  let largest = 0
  try {
    for (const item of items.slice(0, SCORED_PICTURES)) {
      const { pixels, keypoints } = await detector.scoreMaps(readFileSync(new URL(`det_coco_val2017/${item.file}`, IMAGES)), { width: 512, height: 512 })
      writeFileSync(join(folder, 'pixels'), pixels)
      execFileSync(python, [REFERENCE, join(folder, 'pixels'), join(folder, 'scores')])
      const bytes = readFileSync(join(folder, 'scores'))
      const theirs = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
      if (theirs.length !== keypoints.length) throw new Error(`the reference gave ${theirs.length} scores, ours are ${keypoints.length}`)
      theirs.forEach((score, index) => { largest = Math.max(largest, Math.abs(score - keypoints[index])) })
    }
  } finally {
    await detector.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { pictures: SCORED_PICTURES, largestDifference: Number(largest.toPrecision(2)) }
}

function skip (reason) {
  console.log(`bench/reference/compare: skipped, ${reason}`)
  process.exit(0)
}
