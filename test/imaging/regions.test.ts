import t from 'tap'
import { dilateMask, findRegions, groupRegions, solidRegion } from '../../src/imaging/regions.js'

/** A mask from rows in which # is marked. */
function maskOf (...rows: string[]): { mask: Uint8Array, width: number, height: number } {
  return { mask: Uint8Array.from(rows.join(''), letter => letter === '#' ? 1 : 0), width: rows[0]?.length ?? 0, height: rows.length }
}

function rowsOf (mask: Uint8Array, width: number): string[] {
  return Array.from({ length: mask.length / width }, (_, y) => Array.from(mask.subarray(y * width, (y + 1) * width), marked => marked === 0 ? '.' : '#').join(''))
}

t.test('regions are 8-connected, with tight boxes, in reading order', async t => {
  const { mask, width, height } = maskOf(
    '#..#.',
    '.#.#.',
    '.....',
    '....#'
  )
  const regions = findRegions(mask, width, height)
  t.same(regions.map(({ box, areaPx }) => ({ ...box, areaPx })), [
    { x: 0, y: 0, width: 2, height: 2, areaPx: 2 },
    { x: 3, y: 0, width: 1, height: 2, areaPx: 2 },
    { x: 4, y: 3, width: 1, height: 1, areaPx: 1 }
  ])
  t.same(rowsOf(regions[0]?.mask ?? new Uint8Array(0), 2), ['#.', '.#'])
  t.same(findRegions(new Uint8Array(6), 3, 2), [])
})

t.test('a region larger than the first stack is found whole', async t => {
  const [region, ...more] = findRegions(new Uint8Array(90 * 70).fill(1), 90, 70)
  t.equal(region?.areaPx, 6300)
  t.same(more, [])
})

t.test('dilating marks the square around each pixel, cut at the border', async t => {
  const { mask, width, height } = maskOf('#....', '.....', '.....', '...#.')
  t.same(rowsOf(dilateMask(mask, width, height, 1), width), ['##...', '##...', '..###', '..###'])
  t.same(rowsOf(dilateMask(mask, width, height, 0), width), rowsOf(mask, width))
})

t.test('near parts are one region, joined by a line and filled', async t => {
  const near = maskOf('##...##', '##...##')
  const [region, ...more] = groupRegions(near.mask, near.width, near.height, 4)
  t.same(more, [])
  t.same(region?.box, { x: 0, y: 0, width: 7, height: 2 })
  t.equal(findRegions(region?.mask ?? new Uint8Array(0), 7, 2).length, 1, 'it is one piece')
  const far = maskOf('#......#')
  t.equal(groupRegions(far.mask, far.width, far.height, 4).length, 2)
  t.same(groupRegions(new Uint8Array(4), 2, 2, 4), [])
})

t.test('holes are filled, bays are not', async t => {
  const { mask, width, height } = maskOf('####', '#..#', '####', '#...')
  const { mask: solid, areaPx } = solidRegion(mask, { x: 0, y: 0, width, height })
  t.same(rowsOf(solid, width), ['####', '####', '####', '#...'])
  t.equal(areaPx, 13)
})

t.test('three parts in a row are joined through the middle one', async t => {
  const { mask, width, height } = maskOf('#...#...#')
  t.same(rowsOf(solidRegion(mask, { x: 0, y: 0, width, height }).mask, width), ['#########'])
})
