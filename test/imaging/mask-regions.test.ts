import t from 'tap'
import { findRegions } from '../../src/imaging/mask-regions.js'

// '#' is above the threshold.
function mapOf (rows: readonly string[]): { map: Float32Array, width: number, height: number } {
  const width = rows[0]?.length ?? 0
  return { map: Float32Array.from(rows.join(''), cell => cell === '#' ? 0.9 : 0.1), width, height: rows.length }
}

const regions = (rows: readonly string[], grow = 1): number[][] => {
  const { map, width, height } = mapOf(rows)
  return findRegions(map, width, height, 0.3, grow).map(({ runs }) => [...runs])
}

t.test('cells that touch, also by a corner, are one region', async t => {
  t.same(regions(['#....', '.#...', '...##']), [[0, 0, 0, 1, 1, 1], [2, 3, 4]])
  t.same(regions(['#.#', '#.#', '###']).length, 1, 'arms that meet below')
  t.same(regions(['...', '...']), [])
})

t.test('widening goes right and down, within the map, and joins what comes near', async t => {
  t.same(regions(['#..', '...', '...'], 2), [[0, 0, 1, 1, 0, 1]])
  t.same(regions(['#.#', '...'], 2), [[0, 0, 2, 1, 0, 2]])
  t.same(regions(['..#', '..#'], 2), [[0, 2, 2, 1, 2, 2]])
})

t.test('the area counts cells', async t => {
  const { map, width, height } = mapOf(['###', '.#.'])
  t.equal(findRegions(map, width, height, 0.3, 1)[0]?.area, 4)
})
