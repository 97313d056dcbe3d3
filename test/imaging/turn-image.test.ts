import t from 'tap'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import { turnBack, turnImage } from '../../src/imaging/turn-image.js'

const image: DecodedImage = { data: Uint8Array.from([1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 5, 0, 0, 6, 0, 0]), width: 3, height: 2, channels: 3, original: { width: 30, height: 20 } }
const reds = ({ data }: DecodedImage): number[] => [...data].filter((_, index) => index % 3 === 0)

t.test('a picture is turned clockwise by quarters', async t => {
  t.equal(turnImage(image, 0), image)
  t.same(reds(turnImage(image, 1)), [4, 1, 5, 2, 6, 3])
  t.same(reds(turnImage(image, 2)), [6, 5, 4, 3, 2, 1])
  t.same(reds(turnImage(image, 3)), [3, 6, 2, 5, 1, 4])
  t.match(turnImage(image, 1), { width: 2, height: 3, original: { width: 20, height: 30 } })
  t.match(turnImage(image, 2), { width: 3, height: 2, original: { width: 30, height: 20 } })
})

t.test('its points find back', async t => {
  // Three to the right and one down from the top left, seen in each turned picture.
  t.same(turnBack({ x: 3, y: 1 }, image.original, 0), { x: 3, y: 1 })
  t.same(turnBack({ x: 19, y: 3 }, image.original, 1), { x: 3, y: 1 })
  t.same(turnBack({ x: 27, y: 19 }, image.original, 2), { x: 3, y: 1 })
  t.same(turnBack({ x: 1, y: 27 }, image.original, 3), { x: 3, y: 1 })
})
