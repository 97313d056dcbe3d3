import t from 'tap'
import { CANDIDATE_HEAD, CENTRE_HEAD, DETECTION_HEADS, YOLOX_HEAD } from '../../../src/engines/detection/heads.js'
import { readManifest } from '../../../src/runtime/model-manifest.js'
import { ROOT } from '../../places.js'

const input = { width: 16, height: 16 }

t.test('CenterNet: peaks become boxes, and what is no peak or too weak does not', async t => {
  // 2 classes of 4 x 4 cells of 4 pixels.
  const keypoints = new Float32Array(2 * 16)
  keypoints[16 + 1 * 4 + 2] = 0.9 // class 1, row 1, column 2
  keypoints[16 + 1 * 4 + 3] = 0.8 // its neighbour
  keypoints[3 * 4] = 0.5 // class 0, row 3, column 0
  keypoints[0] = 0.1
  const sides = new Float32Array(4 * 16)
  for (const [side, value] of [1, 2, 3, 4].entries()) sides.fill(value, side * 16, (side + 1) * 16)
  const outputs = { keypoints: { data: keypoints, dims: [1, 2, 4, 4] }, wh: { data: sides, dims: [1, 4, 4, 4] } }
  t.match(CENTRE_HEAD.read(outputs, input, 0.3), [
    { classIndex: 0, score: 0.5, box: { x: -1, y: 10, width: 4, height: 6 } },
    { classIndex: 1, score: Math.fround(0.9), box: { x: 7, y: 2, width: 4, height: 6 } }
  ])
})

t.test('candidates: corners become boxes', async t => {
  const outputs = {
    labels: { data: BigInt64Array.of(7n, 2n), dims: [1, 2] },
    boxes: { data: Float32Array.of(1, 2, 4, 8, 0, 0, 1, 1), dims: [1, 2, 4] },
    scores: { data: Float32Array.of(0.75, 0.1), dims: [1, 2] }
  }
  t.same(CANDIDATE_HEAD.read(outputs, input, 0.3), [{ classIndex: 7, score: 0.75, box: { x: 1, y: 2, width: 3, height: 6 } }])
})

t.test('YOLOX: cells of three grids become boxes', async t => {
  const side = 32
  const cells = 16 + 4 + 1
  const data = new Float32Array(cells * 7)
  // The second cell of the grid of stride 16 (cells 16 to 19): column 1, row 0.
  data.set([0.5, 0.25, Math.log(2), 0, 0.8, 0.1, 0.5], 17 * 7)
  const found = YOLOX_HEAD.read({ output: { data, dims: [1, cells, 7] } }, { width: side, height: side }, 0.3)
  t.equal(found.length, 1)
  const [{ classIndex = -1, score = 0, box = { x: 0, y: 0, width: 0, height: 0 } } = {}] = found
  t.equal(classIndex, 1)
  for (const [value, expected] of [[score, 0.4], [box.x, 24 - 16], [box.y, 4 - 8], [box.width, 32], [box.height, 16]] as const) {
    t.ok(Math.abs(value - expected) < 1e-4, `${value} is ${expected}`)
  }
})

t.test('every detector of the manifest names a head whose outputs it has, and no other model names one', async t => {
  for (const { id, tasks, detectionHead, outputs } of readManifest(`${ROOT}models/manifest.json`).models) {
    t.equal(detectionHead !== undefined, tasks.includes('object-detection'), id)
    const names = outputs.map(({ name }) => name)
    t.ok(detectionHead === undefined || DETECTION_HEADS[detectionHead].outputs.every(name => names.includes(name)), id)
  }
})
