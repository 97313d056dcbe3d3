import t from 'tap'
import { identity, project } from '../../src/imaging/homography.js'
import { refineMotion } from '../../src/imaging/lucas-kanade.js'

const WIDTH = 120
const HEIGHT = 90

/** A smooth picture without repetition, seen through a map. */
function scene (map: (x: number, y: number) => readonly [number, number], light = (level: number) => level) {
  const data = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = map(i % WIDTH, Math.floor(i / WIDTH))
    return light(120 + 50 * Math.sin(x / 7 + y / 23) + 40 * Math.cos(y / 9 - x / 31) + 20 * Math.sin((x + y) / 4))
  })
  return { data, width: WIDTH, height: HEIGHT }
}

t.test('a shift, a turn and another light are found to a twentieth of a pixel', async t => {
  const still = scene((x, y) => [x, y])
  const cases: Array<readonly [string, (x: number, y: number) => readonly [number, number], (level: number) => number]> = [
    ['shift', (x, y) => [x + 1.4, y - 0.8], level => level],
    ['shift under light', (x, y) => [x - 1.1, y + 0.6], level => level * 0.9 + 8],
    ['turn', (x, y) => [x * Math.cos(0.01) - y * Math.sin(0.01), x * Math.sin(0.01) + y * Math.cos(0.01)], level => level]
  ]
  for (const [name, map, light] of cases) {
    const found = refineMotion(scene(map, light), still, identity(), { motion: 'homography', iterations: 20 })
    t.ok(found, name)
    for (const [x, y] of [[20, 20], [100, 20], [60, 70]] as const) {
      const [u, v] = project(found ?? identity(), x, y)
      const [expectedU, expectedV] = map(x, y)
      t.ok(Math.hypot(u - expectedU, v - expectedV) < 0.05, `${name} at ${x}, ${y}: ${u - expectedU}, ${v - expectedV}`)
    }
  }
})

t.test('a part that differs does not pull', async t => {
  const first = scene((x, y) => [x + 1, y])
  for (let y = 30; y < 60; y++) first.data.fill(250, y * WIDTH + 40, y * WIDTH + 70)
  for (const motion of ['affine', 'homography'] as const) {
    const found = refineMotion(first, scene((x, y) => [x, y]), identity(), { motion, iterations: 10 })
    for (const [x, y] of [[60, 45], [10, 10], [110, 80]] as const) {
      const [u, v] = project(found ?? identity(), x, y)
      t.ok(Math.hypot(u - x - 1, v - y) < 0.05, `${motion} at ${x}, ${y}: ${u}, ${v}`)
    }
  }
})

t.test('a flat plane has nothing to hold on to', async t => {
  const flat = { data: new Float32Array(WIDTH * HEIGHT).fill(90), width: WIDTH, height: HEIGHT }
  t.equal(refineMotion(flat, flat, identity(), { motion: 'affine', iterations: 5 }), undefined)
})
