import t from 'tap'
import { project } from '../../src/imaging/homography.js'
import { emptyFeatures } from '../../src/matching/features.js'
import { fromPairs, plainView } from '../../src/matching/matches.js'
import { fitHomography } from '../../src/matching/robust-homography.js'
import { findSeeds } from '../../src/matching/similarity-votes.js'
import { seeded } from '../fixtures/scenes.js'

const truth = Float64Array.of(0.8, 0.3, 40, -0.28, 0.85, 120, 0.0003, 0.0002, 1)

// Points that follow the truth, among as many that do not.
function mixedMatches (right: number, wrong: number) {
  const random = seeded(3)
  const [a, b] = [emptyFeatures('orb', right + wrong, 32, 'hamming'), emptyFeatures('orb', right + wrong, 32, 'hamming')]
  for (let i = 0; i < right + wrong; i++) {
    const [x, y] = [random() * 500, random() * 380]
    const [u, v] = i < right ? project(truth, x, y) : [random() * 500, random() * 380]
    a.x[i] = x
    a.y[i] = y
    b.x[i] = u + (random() - 0.5)
    b.y[i] = v + (random() - 0.5)
    a.size[i] = 31
    b.size[i] = i < right ? 31 * 0.85 * (0.8 + 0.4 * random()) : 31 * (0.3 + 2 * random())
    a.angle[i] = 1
    b.angle[i] = 1 + (i < right ? -0.34 + 0.3 * (random() - 0.5) : 6 * random())
  }
  return fromPairs(plainView(a), plainView(b), Array.from({ length: right + wrong }, (_, i) => ({ a: i, b: i, ratio: 0.5 + 0.3 * random() })))
}

t.test('a homography is found among twice as many wrong matches, and always the same', async t => {
  const matches = mixedMatches(60, 120)
  const find = () => findSeeds(matches, { tried: 300, wanted: 25 }).map(seed => fitHomography(matches, seed)).filter(fit => fit !== undefined).sort((a, b) => b.score - a.score)[0]
  const fit = find()
  t.ok(fit && fit.inliers.length >= 58 && fit.inliers.length < 75, `${fit?.inliers.length} matches agree`)
  for (const [x, y] of [[0, 0], [500, 0], [500, 380], [0, 380]] as const) {
    const [u, v] = project(fit?.homography ?? truth, x, y)
    const [s, w] = project(truth, x, y)
    t.ok(Math.hypot(u - s, v - w) < 1.5, `${x}, ${y}: ${Math.hypot(u - s, v - w)} px`)
  }
  t.same(find(), fit)
})

t.test('too few matches, or matches at one place, give nothing rather than nonsense', async t => {
  const few = mixedMatches(3, 0)
  t.equal(fitHomography(few, truth), undefined)
  const same = mixedMatches(8, 0)
  for (const column of [same.x1, same.y1, same.x2, same.y2]) column.fill(50)
  const fit = fitHomography(same, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1))
  t.ok(fit === undefined || fit.homography.every(Number.isFinite))
  t.same(findSeeds(mixedMatches(0, 0), { tried: 300, wanted: 25 }), [])
})
