import t from 'tap'
import { identity, project } from '../../src/imaging/homography.js'
import { alignDirectly } from '../../src/matching/direct-alignment.js'
import { buildPyramid, layOver } from '../../src/matching/overlay.js'
import { measureAgreement } from '../../src/matching/photometry.js'
import { blobs, moved } from './pictures.js'
import { plainBlur } from './plain-blur.js'

const truth = Float64Array.of(1.05, -0.12, 30, 0.1, 0.95, -10, 0.0001, -0.0002, 1)
const picture = blobs(5, 300, 260)
const view = moved(picture, truth, 320, 280)
const frame = [[20, 20], [280, 20], [280, 240], [20, 240]] as const
const [reference, query] = [buildPyramid(picture, plainBlur), buildPyramid({ ...view, data: view.data.map(value => 30 + 0.6 * value) }, plainBlur)]

t.test('pictures agree under the right homography, whatever the light, and not under a wrong one', async t => {
  const measure = (homography: Float64Array) => {
    const overlay = layOver(reference, query, homography, [150, 130])
    return overlay && measureAgreement(overlay, overlay.ofReference ? frame : frame.map(([x, y]) => project(homography, x, y)))
  }
  const right = measure(truth)
  const wrong = measure(Float64Array.of(1, 0, 60, 0, 1, 50, 0, 0, 1))
  // Not nearer to 1: local variances are held up by a constant, and this light takes away a good half of them.
  t.ok(right && right.meanAll > 0.8 && right.shareHull > 0.95 && right.wholeHull > 0.95)
  t.ok(right && right.overlap > 0.6 && right.textureHull > 0.2)
  t.ok(wrong && wrong.meanAll < 0.4 && wrong.shareAll < 0.4)
  const unchanged = layOver(reference, buildPyramid(view, plainBlur), truth, [150, 130])
  t.ok(unchanged && measureAgreement(unchanged, frame).meanAll > 0.87, 'under one light it is nearer')
  t.equal(measure(Float64Array.of(-1, 0, 300, 0, 1, 0, 0, 0, 1)), undefined, 'a mirror is no overlay')
})

t.test('a homography that is some pixels off is set right on the pixels', async t => {
  const off = Float64Array.from(truth)
  off[2]! += 4
  off[5]! -= 3
  off[0]! += 0.01
  const overlay = layOver(reference, query, off, [150, 130])
  t.ok(overlay)
  if (overlay === undefined) return
  const aligned = alignDirectly(overlay, () => true)
  t.ok(aligned)
  const there = overlay.ofReference ? frame : frame.map(([x, y]) => project(truth, x, y))
  there.forEach(([x, y], index) => {
    const [u, v] = project(aligned ?? identity(), x, y)
    const [s, w] = overlay.ofReference ? project(truth, x, y) : frame[index] ?? [0, 0]
    t.ok(Math.hypot(u - s, v - w) < 0.3, `${Math.hypot(u - s, v - w)} px off`)
  })
})

t.test('where there is nothing to go by, nothing is refined', async t => {
  const flat = buildPyramid({ data: new Uint8Array(100 * 100).fill(7), width: 100, height: 100 }, plainBlur)
  const overlay = layOver(flat, flat, identity(), [50, 50])
  t.ok(overlay)
  t.equal(overlay && alignDirectly(overlay, () => true), undefined)
  t.match(overlay && measureAgreement(overlay, [[0, 0], [99, 0], [99, 99]]), { meanAll: 0, shareHull: 0, textureHull: 0 })
})
