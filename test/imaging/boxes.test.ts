import t from 'tap'
import { clampBox, intersectionOverUnion, suppressOverlaps } from '../../src/imaging/boxes.js'

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height })

t.test('intersection over union', async t => {
  t.equal(intersectionOverUnion(box(0, 0, 2, 2), box(0, 0, 2, 2)), 1)
  t.equal(intersectionOverUnion(box(0, 0, 2, 2), box(1, 0, 2, 2)), 2 / 6)
  t.equal(intersectionOverUnion(box(0, 0, 2, 2), box(2, 0, 2, 2)), 0, 'boxes that touch do not overlap')
  t.equal(intersectionOverUnion(box(0, 0, 0, 0), box(0, 0, 0, 0)), 0)
})

t.test('a box is cut to its frame, and gone if nothing is left', async t => {
  const frame = { width: 10, height: 8 }
  t.same(clampBox(box(-2, -3, 5, 5), frame), box(0, 0, 3, 2))
  t.same(clampBox(box(8, 6, 5, 5), frame), box(8, 6, 2, 2))
  t.same(clampBox(box(1, 1, 2, 2), frame), box(1, 1, 2, 2))
  t.equal(clampBox(box(10, 0, 5, 5), frame), undefined)
  t.equal(clampBox(box(NaN, 0, 5, 5), frame), undefined)
})

t.test('of overlapping detections of a class the best is kept', async t => {
  const detections = [
    { classIndex: 0, score: 0.5, box: box(0, 0, 10, 10) },
    { classIndex: 0, score: 0.9, box: box(1, 0, 10, 10) },
    { classIndex: 1, score: 0.4, box: box(1, 0, 10, 10) },
    { classIndex: 0, score: 0.3, box: box(30, 0, 10, 10) }
  ]
  t.same(suppressOverlaps(detections, 0.6).map(({ score }) => score), [0.9, 0.4, 0.3])
  t.same(suppressOverlaps(detections, 0.9).map(({ score }) => score), [0.9, 0.5, 0.4, 0.3])
})
