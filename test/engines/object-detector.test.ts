// Detectors of every family by their rows alone, on a picture.
import t from 'tap'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { createImageDecoder } from '../../src/intake/decode-image.js'
import { listLocalFiles } from '../../src/pull/local-files.js'
import { createInferencePool } from '../../src/runtime/inference-pool.js'
import { openModelStore } from '../../src/runtime/model-store.js'
import { expectedDigest } from '../../src/runtime/model-files.js'
import { openDetector } from '../../src/services/detect-objects.js'
import { builtModels } from '../fixtures/built-models.js'
import { SHARED } from '../places.js'

const MIRROR = `${SHARED}models/`
const SIBLINGS = ['deimv2-femto', 'deimv2-atto', 'yolox-nano']

t.test('siblings of every family detect by their rows alone', { skip: existsSync(MIRROR) ? false : 'the mirror of models (../shared/models) is not here' }, async t => {
  const pulledFolder = t.testdir()
  const mirror = listLocalFiles(MIRROR)
  for (const { facts } of (await openModelStore(builtModels())).models.filter(({ facts }) => SIBLINGS.includes(facts.id))) {
    for (const file of facts.files) copyFileSync(await mirror.find(expectedDigest(file)) ?? '', `${pulledFolder}/${file.file}`)
  }
  const store = await openModelStore(builtModels(), { pulledFolder })
  t.same(store.forTask('object-detection').map(({ facts }) => facts.id), ['deimv2-femto', 'yolox-nano', 'mobilenetv3-centernet', 'deimv2-atto'])
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: Infinity, runTimeoutMs: 100_000 })
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 100_000 })
  t.teardown(() => Promise.all([pool.close(), decoder.close()]))
  const bytes = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))
  for (const model of store.forTask('object-detection')) {
    const { detector, labels } = openDetector(pool, model)
    const image = await decoder.decode(bytes, { size: detector.size, alpha: 'flatten' }, new AbortController().signal)
    const [best] = await detector.detect(image, 0.2)
    // The smallest one takes a monal for a person, in the right box.
    t.equal(labels[best?.classIndex ?? -1]?.name, model.facts.id === 'deimv2-atto' ? 'Person' : 'Bird', model.facts.id)
    const { x = 0, y = 0, width = 0, height = 0 } = best?.box ?? {}
    const shares = [x, y, x + width, y + height].map((side, index) => side / (index % 2 === 0 ? image.original.width : image.original.height))
    for (const [index, expected] of [0.09, 0.03, 0.89, 1].entries()) {
      t.ok(Math.abs((shares[index] ?? 9) - expected) < 0.12, `${model.facts.id}: side ${index} at ${shares[index]}`)
    }
  }
})
