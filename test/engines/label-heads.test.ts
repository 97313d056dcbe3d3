import t from 'tap'
import { readFileSync } from 'node:fs'
import { createLabelHeads } from '../../src/engines/label-heads.js'
import { createImageDecoder } from '../../src/intake/decode-image.js'
import { createInferencePool } from '../../src/runtime/inference-pool.js'
import { readLabelTable } from '../../src/runtime/label-table.js'
import { BUILT_MODELS_FOLDER } from '../../src/runtime/model-manifest.js'
import { openModelStore } from '../../src/runtime/model-store.js'
import { classifiedSize } from '../../src/services/classify-image.js'
import { builtModels } from '../fixtures/built-models.js'

builtModels()

t.test('the heads tell what a photograph shows, and call it no drawing', async t => {
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 120_000 })
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
  t.teardown(async () => { await Promise.all([pool.close(), decoder.close()]) })
  const store = await openModelStore(BUILT_MODELS_FOLDER)
  const { net, facts } = store.find('label-heads', ['labels', 'styles'])
  const [input] = facts.inputs
  if (facts.styles === undefined || input?.kind !== 'image') throw new Error('the row is not what it was')
  const heads = createLabelHeads(pool, { net, input, styles: facts.styles })
  const table = readLabelTable('label-heads')

  const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))
  const image = await decoder.decode(monal, { size: classifiedSize, alpha: 'flatten' }, new AbortController().signal)
  const { labels, styles } = await heads.read(image)
  t.equal(labels.length, table.length)
  t.ok(labels.every(probability => probability >= 0 && probability <= 1))
  t.ok((labels[table.findIndex(({ name }) => name === 'Animal')] ?? 0) > 0.5, 'a bird is an animal')
  t.same([...styles.keys()], facts.styles)
  t.ok(Math.abs([...styles.values()].reduce((sum, share) => sum + share, 0) - 1) < 1e-5)
  for (const style of ['art_painting', 'cartoon', 'sketch']) t.ok((styles.get(style) ?? 0) < 0.5, `no ${style}`)
})
