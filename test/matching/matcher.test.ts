import t from 'tap'
import type { GrayImage } from '../../src/imaging/gray-image.js'
import { project } from '../../src/imaging/homography.js'
import { createMatcher } from '../../src/matching/matcher.js'
import { createOpencvPool } from '../../src/runtime/opencv-pool.js'
import { blobs, photograph } from './pictures.js'

const pool = createOpencvPool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 120_000 })
t.teardown(() => pool.close())
t.setTimeout(120_000)
const matcher = createMatcher(pool, 60_000)
const logitOf = async (reference: GrayImage, query: GrayImage): Promise<number> => (await matcher.match(reference, query, { allowMirror: false }))?.logit ?? -Infinity

t.test('sureness falls as a picture is blurred, cut and made smaller, and each is still a match', async t => {
  const reference = await photograph()
  const changes = {
    blur: await Promise.all([0.6, 5].map(sigma => photograph(image => image.blur(sigma)))),
    cut: await Promise.all([0.9, 0.4].map(share => photograph(image => image.extract({ left: 150, top: 60, width: Math.round(450 * share), height: Math.round(320 * share) })))),
    size: await Promise.all([0.6, 0.2].map(share => photograph(image => image.resize(Math.round(640 * share)))))
  }
  for (const [change, pictures] of Object.entries(changes)) {
    const logits: number[] = []
    for (const picture of pictures) logits.push(await logitOf(reference, picture))
    t.ok(logits.every((logit, index) => logit > 0 && logit < (logits[index - 1] ?? Infinity) + 0.3), `${change}: ${logits.map(logit => logit.toFixed(2)).join(' > ')}`)
  }
})

t.test('a part at four times its size is found, to a pixel or so', async t => {
  const part = await photograph(image => image.extract({ left: 200, top: 100, width: 160, height: 120 }).resize(512, 384))
  const finding = await matcher.match(await photograph(), part, { allowMirror: false })
  t.ok(finding && finding.logit > 0)
  const [x, y] = project(finding?.homography ?? new Float64Array(9), 280 / 640, 160 / 426)
  t.ok(Math.hypot(x - 0.5, y - 0.5) < 0.01, `${x}, ${y}`)
})

t.test('unrelated, flat, noisy, tiny and thin pictures are no match, and leave the next answer as it was', async t => {
  const reference = await photograph()
  const query = await photograph(image => image.rotate(30, { background: '#777' }))
  const before = await matcher.match(reference, query, { allowMirror: false })
  t.ok(before && before.logit > 1)
  const flat = (width: number, height: number, value = 128): GrayImage => ({ data: new Uint8Array(width * height).fill(value), width, height })
  const noise = (width: number, height: number): GrayImage => ({ data: Uint8Array.from({ length: width * height }, (_, i) => (i * 2654435761) >>> 24), width, height })
  for (const odd of [flat(512, 512), flat(1, 1), flat(5, 5, 0), flat(512, 1), flat(3, 512), noise(9, 7)]) {
    t.ok(await logitOf(reference, odd) < 0, `${odd.width} x ${odd.height}`)
    t.ok(await logitOf(odd, reference) < 0, `${odd.width} x ${odd.height} as the reference`)
  }
  t.ok(await logitOf(reference, blobs(9, 300, 200)) < 0)
  t.ok(await logitOf(noise(512, 21), reference) < 0)
  t.ok(await logitOf(reference, noise(300, 300)) < 0)
  t.same(await matcher.match(reference, query, { allowMirror: false }), before)
})

t.test('the deadline ends the search with what is known', async t => {
  const hasty = createMatcher(pool, 0)
  t.ok((await hasty.match(await photograph(), await photograph(image => image.blur(1)), { allowMirror: false }))?.stage === 'orb')
})
