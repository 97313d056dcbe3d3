import t from 'tap'
import { createFaceDetector } from '../../src/engines/face-detector.js'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import type { Tensors } from '../../src/runtime/tensor.js'
import { openModelStore } from '../../src/runtime/model-store.js'
import { createInferencePool } from '../../src/runtime/inference-pool.js'
import { builtModels } from '../fixtures/built-models.js'

const GRIDS = ['scores_stride16', 'scores_stride32', 'boxes_stride16', 'boxes_stride32']
const { net, facts } = (await openModelStore(builtModels())).find('blazeface', GRIDS)
const input = facts.inputs.find(input => input.kind === 'image')
if (input === undefined) throw new Error('no input')
const model = { net, input, outputs: facts.outputs }

function flat (width: number, height: number, value = 128): DecodedImage {
  return { data: new Uint8Array(width * height * 3).fill(value), width, height, channels: 3, original: { width: width * 2, height: height * 2 } }
}

/** Answers each run with faces at given anchors of the coarse grid; notes what was asked. */
function fakePool (answers: ReadonlyArray<readonly { anchor: number, logit: number, box: readonly number[] }[]>) {
  const asked: Tensors[] = []
  return {
    asked,
    async run (_: unknown, feeds: Tensors): Promise<Tensors> {
      const faces = answers[asked.length] ?? []
      asked.push(feeds)
      const scores = new Float32Array(384).fill(-20)
      const boxes = new Float32Array(384 * 16)
      for (const { anchor, logit, box } of faces) {
        scores[anchor] = logit
        boxes.set(box, anchor * 16)
      }
      return {
        scores_stride16: { data: new Float32Array(512).fill(-20), dims: [1, 512, 1] },
        boxes_stride16: { data: new Float32Array(512 * 16), dims: [1, 512, 16] },
        scores_stride32: { data: scores, dims: [1, 384, 1] },
        boxes_stride32: { data: boxes, dims: [1, 384, 16] }
      }
    }
  }
}

t.test('a face is measured from the middle of its cell, through the letterbox, in pixels of the original', async t => {
  // Cell (4, 3) of 8 x 8 cells, 32 px each, 6 anchors: its middle is (144, 112).
  const pool = fakePool([[{ anchor: (3 * 8 + 4) * 6 + 2, logit: 2, box: [16, -16, 32, 64] }]])
  const [face, ...others] = await createFaceDetector(pool, model).detect(flat(256, 128), 0.7)
  t.same(others, [])
  t.ok(Math.abs((face?.score ?? 0) - 1 / (1 + Math.exp(-2))) < 1e-6)
  // Centre (160, 96) on the canvas; the picture begins 64 px down and is half as large as the original.
  t.same(face?.box, { x: 288, y: 0, width: 64, height: 128 })
  const data = pool.asked[0]?.image?.data
  t.same(pool.asked[0]?.image?.dims, [1, 3, 256, 256])
  t.equal(data?.[0], -1, 'the letterbox is black')
  t.ok(Math.abs(Number(data?.[100 * 256 + 100]) - (128 / 127.5 - 1)) < 1e-6)
})

t.test('one face found twice is one; under the least score there is none', async t => {
  const twice = [{ anchor: 0, logit: 3, box: [20, 20, 40, 40] }, { anchor: 1, logit: 2, box: [21, 20, 40, 40] }, { anchor: 100, logit: 0, box: [0, 0, 40, 40] }]
  const faces = await createFaceDetector(fakePool([twice]), model).detect(flat(256, 256), 0.7)
  t.equal(faces.length, 1)
  t.equal(Math.round((faces[0]?.score ?? 0) * 1000), 953)
})

t.test('heads of people without a face get a closer look, few of them, and not where that shows no more', async t => {
  const person = { x: 100, y: 40, width: 40, height: 100 }
  const pool = fakePool([[], [{ anchor: (3 * 8 + 3) * 6, logit: 4, box: [16, 16, 64, 64] }]])
  const faces = await createFaceDetector(pool, model).detect(flat(256, 256), 0.7, [person])
  t.equal(pool.asked.length, 2)
  const [{ box } = { box: person }] = faces
  t.ok(box.x > 100 && box.x + box.width < 140 && box.y > 40 && box.y + box.height < 80, 'a small face in the upper part of the person')
  const many = fakePool([])
  await createFaceDetector(many, model).detect(flat(256, 256), 0.7, Array.from({ length: 20 }, () => person))
  t.equal(many.asked.length, 5)
  const close = fakePool([])
  await createFaceDetector(close, model).detect(flat(256, 256), 0.7, [{ x: 0, y: 0, width: 512, height: 512 }])
  t.equal(close.asked.length, 1)
})

t.test('the real net finds no face where there is none, whatever the shape of the picture', async t => {
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 30_000 })
  t.teardown(() => pool.close())
  const detector = createFaceDetector(pool, model)
  for (const [width, height] of [[1, 1], [1, 700], [300, 200]] as const) t.same(await detector.detect(flat(width, height), 0.7, [{ x: 0, y: 0, width, height }]), [], `${width} x ${height}`)
})
