// How text that was read compares with text that is there: words with and without their places, and characters.

/** Words of an answer: text and vertices as [x, y]. */
export function wordsOf ({ textAnnotations }) {
  return textAnnotations.slice(1).map(({ description, boundingPoly: { vertices } }) => ({ text: description, quad: vertices.map(({ x, y }) => [x, y]) }))
}

/** The whole text of an answer. */
export function textOf ({ textAnnotations }) {
  return textAnnotations[0]?.description ?? ''
}

/** A word as it is compared: any case, no marks at its ends. Empty where it is marks alone. */
export function plainWord (word) {
  return word.normalize('NFC').toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
}

/** A text's words, split at white space and made plain by `map`; empty ones left out. */
export function splitWords (text, map = plainWord) {
  return text.split(/\s+/).map(map).filter(word => word !== '')
}

/** Hits, wrong finds and misses of words as a bag: each word counts as often as it stands there. */
export function compareBags (found, expected) {
  const rest = new Map()
  for (const word of expected) rest.set(word, (rest.get(word) ?? 0) + 1)
  let hits = 0
  for (const word of found) {
    const left = rest.get(word) ?? 0
    if (left === 0) continue
    rest.set(word, left - 1)
    hits++
  }
  return { hits, wrong: found.length - hits, missed: expected.length - hits }
}

/** Precision, recall and F1 over several counts. */
export function precisionRecall (counts) {
  const sum = key => counts.reduce((total, count) => total + count[key], 0)
  const precision = ratio(sum('hits'), sum('hits') + sum('wrong'))
  const recall = ratio(sum('hits'), sum('hits') + sum('missed'))
  return { precision, recall, f1: precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }
}

/** Character error rate: edits over the length of what is there, white space made single. */
export function characterErrors (found, expected) {
  const [a, b] = [found, expected].map(text => [...text.normalize('NFC').replace(/\s+/g, ' ').trim()])
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length] / Math.max(1, b.length)
}

/** Intersection over union of two convex quadrilaterals, whatever way round their corners go. */
export function overlapOf (first, second) {
  const [a, b] = [clockwise(first), clockwise(second)]
  let cut = a
  for (let index = 0; index < 4 && cut.length > 0; index++) cut = clip(cut, b[index], b[(index + 1) % 4])
  const shared = Math.abs(area(cut))
  const union = Math.abs(area(a)) + Math.abs(area(b)) - shared
  return union > 0 ? shared / union : 0
}

/** Whether the centre of one quadrilateral lies in another. */
export function centreInside (quad, frame) {
  const x = quad.reduce((sum, point) => sum + point[0], 0) / 4
  const y = quad.reduce((sum, point) => sum + point[1], 0) / 4
  return clockwise(frame).every(([ax, ay], index, corners) => {
    const [bx, by] = corners[(index + 1) % 4]
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
  })
}

function ratio (part, whole) {
  return whole > 0 ? part / whole : 0
}

function area (points) {
  return points.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length]
    return sum + (x * nextY - nextX * y) / 2
  }, 0)
}

function clockwise (quad) {
  return area(quad) < 0 ? [...quad].reverse() : quad
}

// Sutherland and Hodgman: what lies to the right of one side of a clockwise polygon, seen with y down.
function clip (points, [ax, ay], [bx, by]) {
  const side = ([x, y]) => (bx - ax) * (y - ay) - (by - ay) * (x - ax)
  return points.flatMap((point, index) => {
    const before = points[(index + points.length - 1) % points.length]
    const [here, there] = [side(point), side(before)]
    const share = there / (there - here)
    const crossing = [before[0] + (point[0] - before[0]) * share, before[1] + (point[1] - before[1]) * share]
    return here >= 0 ? there < 0 ? [crossing, point] : [point] : there >= 0 ? [crossing] : []
  })
}
