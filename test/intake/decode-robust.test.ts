// 152 pictures from other projects' regression suites, with what should become of each. They lie beside the project
// and are not part of it.
import t from 'tap'
import { pathToFileURL } from 'node:url'
import { existsSync, readFileSync } from 'node:fs'
import { Failure } from '../../src/errors.js'
import { configureSharp, createImageDecoder } from '../../src/intake/decode-image.js'
import { never } from './listeners.js'
import { SHARED } from '../places.js'

const folder = pathToFileURL(`${SHARED}images/robust/`)
const skip = existsSync(folder) ? false : 'the set of damaged pictures (../shared/images/robust) is not here'

interface Item {
  readonly file: string
  readonly expect: 'decode' | 'reject' | 'either'
  readonly upright_width?: number
  readonly upright_height?: number
}

t.test('each picture is decoded or refused as it should be, soon and within bounds', { skip }, async t => {
  configureSharp()
  const decoder = createImageDecoder({ maxPixels: 50_000_000, timeoutMs: 10_000 })
  t.teardown(() => decoder.close())
  const { items } = JSON.parse(readFileSync(new URL('truth.json', folder), 'utf8')) as { readonly items: readonly Item[] }
  t.ok(items.length >= 150)
  for (const { file, expect, upright_width: width, upright_height: height } of items) {
    const start = performance.now()
    let outcome: string
    try {
      const image = await decoder.decode(readFileSync(new URL(file, folder)), { alpha: 'keep' }, never())
      outcome = 'decode'
      if (width !== undefined) t.match(image, { width, height }, file)
    } catch (error) {
      t.ok(error instanceof Failure && ['unsupported_media', 'too_large'].includes(error.kind), `${file} fails in words`)
      outcome = 'reject'
    }
    t.ok(expect === 'either' || outcome === expect, `${file}: ${outcome}, expected ${expect}`)
    t.ok(performance.now() - start < 5000, `${file} in time`)
  }
})
