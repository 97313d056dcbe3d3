import t from 'tap'
import { enlarge } from '../../src/imaging/enlarge.js'

const picture = (width: number, height: number, data: number[]): { data: Uint8Array, width: number, height: number, channels: 3 } =>
  ({ data: Uint8Array.from(data.flatMap(value => [value, value, 255 - value])), width, height, channels: 3 })
const reds = ({ data }: { data: Uint8Array }): number[] => [...data].filter((_, index) => index % 3 === 0)

t.test('values lie between those of the nearest centres, edges keep theirs', async t => {
  t.same(reds(enlarge(picture(2, 1, [0, 100]), { width: 4, height: 1 })), [0, 25, 75, 100])
  t.same(reds(enlarge(picture(1, 2, [0, 100]), { width: 1, height: 4 })), [0, 25, 75, 100])
  t.same(reds(enlarge(picture(2, 2, [0, 100, 100, 200]), { width: 3, height: 3 })), [0, 50, 100, 50, 100, 150, 100, 150, 200])
  t.same([...enlarge(picture(1, 1, [7]), { width: 2, height: 2 }).data], [7, 7, 248, 7, 7, 248, 7, 7, 248, 7, 7, 248])
})

t.test('a mirrored picture gives the mirrored result, and no size to reach the picture itself', async t => {
  const values = [3, 250, 17, 99, 180]
  const size = { width: 13, height: 1 }
  t.same(reds(enlarge(picture(5, 1, [...values].reverse()), size)).reverse(), reds(enlarge(picture(5, 1, values), size)))
  const same = picture(5, 1, values)
  t.equal(enlarge(same, { width: 5, height: 1 }), same)
  t.equal(enlarge(same, { width: 3, height: 1 }), same, 'it does not make smaller')
})
