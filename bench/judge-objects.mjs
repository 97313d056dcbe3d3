// How a detector is judged against pictures with known objects: boxes of the right class by their overlap.
import { intersectionOverUnion } from '../dist/imaging/boxes.js'

/** The overlaps of COCO's AP50:95. */
export const OVERLAPS = Array.from({ length: 10 }, (_, index) => 0.5 + index * 0.05)

/**
 * Which detections are right at an overlap: each the best of its class that is not taken yet, by falling score. What
 * only meets a crowd or a difficult object counts neither way.
 * @param pictures [{ found: [{ classIndex, score, box }], truth: [{ class, ignore, x, y, width, height }] }]
 */
export function judge (pictures, overlap) {
  const detections = []
  const counts = new Map()
  for (const { found, truth } of pictures) {
    const taken = new Set()
    for (const object of truth) if (!object.ignore) counts.set(object.class, (counts.get(object.class) ?? 0) + 1)
    for (const { classIndex, score, box } of [...found].sort((a, b) => b.score - a.score)) {
      const matches = truth.filter(object => object.class === classIndex && !taken.has(object))
        .map(object => ({ object, overlap: intersectionOverUnion(object, box) }))
        .filter(match => match.overlap >= overlap).sort((a, b) => b.overlap - a.overlap)
      const best = matches.find(({ object }) => !object.ignore) ?? matches[0]
      if (best?.object.ignore) continue
      if (best !== undefined) taken.add(best.object)
      detections.push({ classIndex, score, right: best !== undefined })
    }
  }
  return { detections, counts }
}

/** Mean over the classes that occur. */
export function meanAveragePrecision ({ detections, counts }) {
  const classes = [...counts.keys()]
  return classes.reduce((sum, index) => sum + averagePrecision(detections.filter(({ classIndex }) => classIndex === index), counts.get(index)), 0) / classes.length
}

/** All-point interpolation, as in PASCAL VOC since 2010. */
export function averagePrecision (detections, count) {
  const sorted = [...detections].sort((a, b) => b.score - a.score)
  const points = []
  let right = 0
  sorted.forEach((detection, index) => {
    if (detection.right) right++
    points.push({ precision: right / (index + 1), recall: right / count })
  })
  let best = 0
  for (const point of points.toReversed()) best = point.best = Math.max(best, point.precision)
  let area = 0
  let before = 0
  for (const { recall, best } of points) {
    area += (recall - before) * best
    before = recall
  }
  return area
}

/** The threshold of the score where F1 is highest, with precision and recall there. */
export function bestF1 ({ detections, counts }) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let best = { f1: 0 }
  for (let threshold = 0.05; threshold < 0.9; threshold += 0.01) {
    const kept = detections.filter(({ score }) => score >= threshold)
    const right = kept.filter(({ right }) => right).length
    const f1 = 2 * right / (kept.length + total)
    if (f1 > best.f1) best = { f1, threshold, precision: right / kept.length, recall: right / total }
  }
  return best
}
