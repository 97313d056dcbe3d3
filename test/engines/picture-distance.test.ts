import t from 'tap'
import { createPictureDistance } from '../../src/engines/picture-distance.js'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import type { Finding } from '../../src/matching/match-pictures.js'

const picture = (value: number): DecodedImage => ({ data: new Uint8Array(12).fill(value), width: 2, height: 2, channels: 3, original: { width: 1000, height: 1435 } })
const box = { left: 0.1, top: 0.2, right: 0.9, bottom: 0.8 }
const finding = (logit: number): Finding => ({
  homography: Float64Array.of(1, 0, 0.1, 0, 1, 0, 0, 0, 1),
  logit,
  evidence: { meanHull: 0.8, shareHull: 1, meanAll: 0.7, shareAll: 0.9, wholeHull: 0.9, textureHull: -1, textureAll: -1, cells: 3, perspective: 0 },
  inliers: 40,
  stage: 'orb',
  referenceBox: box,
  queryBox: box
})
const compare = async (found: Finding | undefined, query = picture(9)) =>
  await createPictureDistance({ match: async () => found }).compare(picture(1), query, { allowMirror: false })

t.test('the surer the match, the smaller the distance and the greater the strength', async t => {
  const matches = await Promise.all([0.01, 0.5, 2, 4, 7, 50].map(async logit => await compare(finding(logit))))
  const distances = matches.map(match => match?.distance ?? -1)
  t.ok(distances.every((distance, index) => distance >= 0 && distance < 1 && distance < (distances[index - 1] ?? 2)), distances.join())
  const strengths = matches.map(match => match?.strength ?? -1)
  t.ok(strengths.every((strength, index) => strength >= 0.5 && strength <= 1 && strength > (strengths[index - 1] ?? 0)), strengths.join())
  t.match(matches[0], { likeness: 0.7, referenceBox: box })
})

t.test('log-odds of 0 and below are no match, nor is nothing', async t => {
  for (const found of [finding(0), finding(-3), undefined]) t.equal(await compare(found), undefined)
})

t.test('equal pixels are not compared at all', async t => {
  t.match(await compare(undefined, picture(1)), { distance: 0, strength: 1, likeness: 1, referenceBox: { left: 0, right: 1 } })
})

t.test('the working size has a longest side of 512, the other one rounded down, never 0', async t => {
  const { resized } = createPictureDistance({ match: async () => undefined })
  for (const [width, height, wide, high] of [[500, 718, 356, 512], [1000, 1435, 356, 512], [225, 225, 512, 512], [229, 220, 512, 491], [9000, 3, 512, 1], [1, 1, 512, 512]] as const) {
    t.same(resized({ width, height }), { width: wide, height: high }, `${width} x ${height}`)
  }
})
