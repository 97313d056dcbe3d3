// Boxed pictures as the detection sets give them, and answers of objectsDetection, in one form: mids as classes, boxes
// in pixels. Only the 80 classes count that COCO names; others are left out on both sides.
import { readFileSync } from 'node:fs'

// The names that other sets have for the same things.
const ALIASES = {
  tvmonitor: 'tv', sofa: 'couch', diningtable: 'dining table', pottedplant: 'potted plant', motorbike: 'motorcycle', aeroplane: 'airplane'
}

let known

/** The mid of a COCO class by COCO's own name, or the name that another set has for it; undefined for all else. */
export function midOf (name) {
  known ??= new Map(JSON.parse(readFileSync(new URL('../../../../shared/labels/coco80_to_mid.json', import.meta.url), 'utf8')).map(({ name, mid }) => [name, mid]))
  return known.get(ALIASES[name] ?? name)
}

/** The objects of an item. */
export function objectsOf ({ objects }) {
  return objects.flatMap(({ name, bbox_xywh: box, bbox_xyxy: corners, iscrowd, difficult }) => {
    const mid = midOf(name)
    if (mid === undefined) return []
    const [x, y, width, height] = box ?? [corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]]
    return [{ class: mid, box: { x, y, width, height }, crowd: Boolean(iscrowd), ignore: Boolean(difficult) }]
  })
}

/** The finds of an answer about a picture of this size. */
export function foundIn ({ localizedObjectAnnotations }, { width, height }) {
  midOf('person')
  const mids = new Set(known.values())
  return localizedObjectAnnotations.filter(({ mid }) => mids.has(mid)).map(({ mid, score, boundingPoly: { normalizedVertices: [topLeft, , bottomRight] } }) => ({
    class: mid,
    score,
    box: { x: topLeft.x * width, y: topLeft.y * height, width: (bottomRight.x - topLeft.x) * width, height: (bottomRight.y - topLeft.y) * height }
  }))
}
