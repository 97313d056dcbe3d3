import t from 'tap'
import { join } from 'node:path'
import sharp from 'sharp'
import { classicEstimator, createSaliencyEstimator } from '../../src/engines/saliency.js'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import type { InterestMap } from '../../src/imaging/interest-map.js'
import type { InferencePool } from '../../src/runtime/inference-pool.js'
import { createInferencePool } from '../../src/runtime/inference-pool.js'
import type { ImageInput } from '../../src/runtime/model-facts.js'
import { findModel, readManifest } from '../../src/runtime/model-manifest.js'
import { builtModels } from '../fixtures/built-models.js'
import { readFixture } from '../fixtures/index.js'

const folder = builtModels()
const manifest = readManifest(join(folder, 'manifest.json'))
const taps = ['stride8', 'stride16', 'stride32']

function inputOf (id: string): ImageInput {
  const input = findModel(manifest, id)?.inputs[0]
  if (input?.kind !== 'image') throw new Error(`${id} has no picture as its input`)
  return input
}

const estimatorOver = (pool: InferencePool) => createSaliencyEstimator(pool, {
  trunk: { id: 'trunk', path: join(folder, 'mobilenetv3-centernet-features.onnx') },
  input: inputOf('mobilenetv3-centernet'),
  readout: { id: 'readout', path: join(folder, 'saliency/readout.onnx') },
  taps,
  output: 'interest'
})

async function decoded (bytes: Buffer, { width, height }: { width: number, height: number }): Promise<DecodedImage> {
  const { data } = await sharp(bytes).removeAlpha().resize(width, height, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true })
  return { data, width, height, channels: 3, original: { width, height } }
}

function shareIn ({ values, width, height }: InterestMap, left: number, top: number, right: number, bottom: number): number {
  let inside = 0
  let all = 0
  for (const [i, value] of values.entries()) {
    const x = (i % width + 0.5) / width
    const y = (Math.floor(i / width) + 0.5) / height
    all += value
    if (x > left && x < right && y > top && y < bottom) inside += value
  }
  return inside / all
}

t.test('the trunk sees about as many pixels of every picture, in its proportions, up to a strip of four to one', async t => {
  const { sizeFor } = estimatorOver(createInferencePool({ threads: 1, idleTimeoutMs: 1, runTimeoutMs: 1 }))
  const sizes = [[600, 600], [800, 600], [600, 800], [4000, 2000], [9000, 100], [1, 5000], [1, 1]].map(([width = 0, height = 0]) => sizeFor({ width, height }, 'default'))
  t.same(sizes.map(({ width, height }) => `${width} x ${height}`), ['416 x 416', '480 x 352', '352 x 480', '576 x 288', '832 x 224', '224 x 832', '416 x 416'])
  t.same(sizeFor({ width: 600, height: 600 }, 'fast'), { width: 288, height: 288, kernel: 'linear' })
})

t.test('people look at the bird', async t => {
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 10_000, runTimeoutMs: 60_000 })
  t.teardown(() => pool.close())
  const estimator = estimatorOver(pool)
  for (const quality of ['default', 'fast'] as const) {
    const image = await decoded(readFixture('monal.jpg'), estimator.sizeFor({ width: 640, height: 426 }, quality))
    const map = await estimator.estimate(image)
    t.same([map.width, map.height], [image.width / 8, image.height / 8])
    t.equal(Math.max(...map.values), 1)
    t.ok(map.values.every(value => value >= 0))
    // The bird's head and neck are within a sixth of the picture; evenly spread looks would give .18.
    t.ok(shareIn(map, 0.2, 0, 0.6, 0.45) > 0.36, `${quality}: ${shareIn(map, 0.2, 0, 0.6, 0.45)}`)
  }

  await t.test('the net is given the picture as the manifest says', async t => {
    let seen: { dims: readonly number[], mean: number } | undefined
    const spying: InferencePool = {
      ...pool,
      run: async (net, feeds, outputs) => {
        const { image } = feeds
        if (image !== undefined) seen = { dims: image.dims, mean: (image.data as Float32Array).reduce((sum, value) => sum + value, 0) / image.data.length }
        return await pool.run(net, feeds, outputs)
      }
    }
    const image = await decoded(readFixture('monal.jpg'), { width: 480, height: 320 })
    await estimatorOver(spying).estimate(image)
    t.same(seen?.dims, [1, 3, 320, 480])
    t.ok(Math.abs((seen?.mean ?? 0) - image.data.reduce((sum, value) => sum + value, 0) / image.data.length) < 0.01, 'values of 0 to 255')
  })

  await t.test('one colour draws no look, and what can hardly be seen little', async t => {
    const flat = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#7a6a5a' } }).png().toBuffer()
    t.ok((await estimator.estimate(await decoded(flat, { width: 384, height: 384 }))).values.every(value => value === 0))
    const faint = await sharp(flat).composite([{ input: { create: { width: 16, height: 16, channels: 3, background: '#867666' } }, left: 24, top: 24 }]).png().toBuffer()
    const peak = Math.max(...(await estimator.estimate(await decoded(faint, { width: 384, height: 384 }))).values)
    t.ok(peak > 0 && peak < 1, String(peak))
  })
})

t.test('the classic method finds a spot without any net', async t => {
  const spot = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#eeeeee' } })
    .composite([{ input: { create: { width: 30, height: 30, channels: 3, background: '#cc2211' } }, left: 60, top: 120 }]).png().toBuffer()
  const size = classicEstimator.sizeFor({ width: 300, height: 200 }, 'default')
  t.same(size, { width: 96, height: 64 })
  const map = await classicEstimator.estimate(await decoded(spot, size))
  t.ok(shareIn(map, 0.15, 0.55, 0.35, 0.8) > 0.6, String(shareIn(map, 0.15, 0.55, 0.35, 0.8)))
  t.same(classicEstimator.sizeFor({ width: 1, height: 5000 }, 'default'), { width: 1, height: 96 })
})
