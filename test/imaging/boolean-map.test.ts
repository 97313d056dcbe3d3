import t from 'tap'
import { booleanMap } from '../../src/imaging/boolean-map.js'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'

function picture (width: number, height: number, colorAt: (x: number, y: number) => readonly number[]): DecodedImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) => i).reduce<number[]>((bytes, _, i) => [...bytes, ...colorAt(i % width, Math.floor(i / width))], [])
  return { data: Uint8Array.from(data), width, height, channels: 3, original: { width, height } }
}

function peakOf ({ values, width }: { values: Float32Array, width: number }): readonly [number, number] {
  const at = values.indexOf(Math.max(...values))
  return [at % width, Math.floor(at / width)]
}

t.test('a spot on a plain ground is where one looks, dark, light or of another colour of the same lightness', async t => {
  for (const [ground, spot] of [[[200, 200, 200], [20, 20, 20]], [[20, 20, 20], [230, 230, 230]], [[90, 130, 90], [180, 84, 90]]] as const) {
    const map = booleanMap(picture(32, 24, (x, y) => x >= 20 && x < 24 && y >= 6 && y < 10 ? spot : ground))
    t.same([map.width, map.height], [32, 24])
    const [x, y] = peakOf(map)
    t.ok(x >= 20 && x < 24 && y >= 6 && y < 10, `peak at ${x}, ${y}`)
  }
})

t.test('what hangs together with the edge does not count', async t => {
  const map = booleanMap(picture(32, 24, (x, y) => x < 16 && y < 12 ? [255, 255, 255] : [0, 0, 0]))
  t.ok(map.values.every(value => value === 0))
})

t.test('of two equal spots the one nearer to the middle weighs more', async t => {
  const { values } = booleanMap(picture(40, 20, (x, y) => y >= 8 && y < 12 && ((x >= 2 && x < 6) || (x >= 18 && x < 22)) ? [255, 255, 255] : [0, 0, 0]))
  t.ok(values[10 * 40 + 20]! > 2 * values[10 * 40 + 4]!)
})

t.test('a flat picture and one of a single pixel give a map of 0', async t => {
  t.ok(booleanMap(picture(9, 9, () => [120, 130, 140])).values.every(value => value === 0))
  t.same([...booleanMap(picture(1, 1, () => [120, 130, 140])).values], [0])
})
