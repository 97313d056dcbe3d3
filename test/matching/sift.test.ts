import t from 'tap'
import { compose, project, scaling } from '../../src/imaging/homography.js'
import { matchViews, plainView } from '../../src/matching/matches.js'
import { detectSift } from '../../src/matching/sift.js'
import { blobs, moved } from './pictures.js'
import { plainBlur } from './plain-blur.js'

t.test('points are found again when the picture is turned, made smaller and darker, with scale and angle', async t => {
  const picture = blobs(1, 240, 200)
  const [cos, sin] = [0.8 * Math.cos(0.6), 0.8 * Math.sin(0.6)]
  const homography = compose(scaling(1, 1, 120, 20), Float64Array.of(cos, -sin, 0, sin, cos, 0, 0, 0, 1))
  const changed = moved(picture, homography, 260, 260)
  const a = detectSift(picture, 500, plainBlur)
  const b = detectSift({ ...changed, data: changed.data.map(value => 20 + 0.7 * value) }, 500, plainBlur)
  t.ok(a.count > 60, `${a.count} points`)
  const matches = matchViews(plainView(a), plainView(b), 0.8, 500)
  const right = Array.from({ length: matches.count }, (_, m) => {
    const [u, v] = project(homography, matches.x1[m] ?? 0, matches.y1[m] ?? 0)
    return Math.hypot(u - (matches.x2[m] ?? 0), v - (matches.y2[m] ?? 0)) < 2
  })
  const share = right.filter(Boolean).length / matches.count
  t.ok(matches.count > 30 && share > 0.8, `${matches.count} matches, ${share} of them right`)
  const turned = right.filter((is, m) => is && Math.abs((matches.logScale[m] ?? 9) - Math.log(0.8)) < 0.3 && Math.abs((matches.angle[m] ?? 9) - 0.6) < 0.3)
  t.ok(turned.length > 0.8 * right.filter(Boolean).length, 'most know the scale and the angle')
})

t.test('a flat picture has no points, nor has a tiny one', async t => {
  for (const [width, height] of [[64, 64], [5, 5], [1, 1], [512, 3]] as const) {
    t.equal(detectSift({ data: new Uint8Array(width * height).fill(90), width, height }, 100, plainBlur).count, 0)
  }
})

t.test('no more points than wanted, the strongest first', async t => {
  const picture = blobs(2, 200, 200)
  const all = detectSift(picture, 1000, plainBlur)
  const few = detectSift(picture, 20, plainBlur)
  t.ok(few.count >= 20 && few.count <= 40, `${few.count} with the second orientations`)
  t.equal(few.x[0], all.x[0])
})
