// How found areas are judged against the true ones.

/** Intersection over union of two boxes. */
export function overlapOf (a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width <= 0 || height <= 0 ? 0 : width * height / (a.width * a.height + b.width * b.height - width * height)
}

/** Whether two boxes share a pixel. */
export function touch (a, b) {
  return overlapOf(a, b) > 0
}

// An area that overlaps a true one by less is not taken for having found it.
const FOUND = 0.1

/** Of true boxes, which were found and how exactly; of found boxes, which touch a true one. */
export function judgePainted (truth, found) {
  const matches = truth.map(box => Math.max(0, ...found.map(other => overlapOf(box, other)))).filter(overlap => overlap >= FOUND)
  return {
    true: truth.length,
    found: matches.length,
    overlap: matches.reduce((sum, overlap) => sum + overlap, 0),
    returned: found.length,
    right: found.filter(box => truth.some(other => touch(box, other))).length
  }
}

const BOARD_OVERLAP = 0.33

/** The boards' own rule: a box is found by one that overlaps it by more than .33, each only once. */
export function judgeBoard (truth, found) {
  const used = new Set()
  let matched = 0
  for (const box of truth) {
    const best = found.map((other, index) => ({ index, overlap: used.has(index) ? 0 : overlapOf(box, other) })).sort((a, b) => b.overlap - a.overlap)[0]
    if (best === undefined || best.overlap <= BOARD_OVERLAP) continue
    used.add(best.index)
    matched++
  }
  return { true: truth.length, found: matched, overlap: 0, returned: found.length, right: matched }
}

// The boards' true boxes stand off each defect: by 10 pixels in the median of their sides (7 to 14 from the 5th to the 95th
// percentile), where the areas found here lie along it. From 6 to 14 pixels the judgement is the same.
const BOARD_MARGIN_PX = 10

/** The boards' own rule for boxes that are given the margin with which its true boxes are drawn. */
export function judgeBoardWithMargin (truth, found) {
  return judgeBoard(truth, found.map(({ x, y, width, height }) =>
    ({ x: x - BOARD_MARGIN_PX, y: y - BOARD_MARGIN_PX, width: width + 2 * BOARD_MARGIN_PX, height: height + 2 * BOARD_MARGIN_PX })))
}

/** Whether half of a true box lies within a found one, or its middle does. */
export function covers (found, { x, y, width, height }) {
  const across = Math.min(found.x + found.width, x + width) - Math.max(found.x, x)
  const down = Math.min(found.y + found.height, y + height) - Math.max(found.y, y)
  const within = (u, v) => u >= found.x && u <= found.x + found.width && v >= found.y && v <= found.y + found.height
  return (across > 0 && down > 0 && across * down >= width * height / 2) || within(x + width / 2, y + height / 2)
}

/** The sum of judgements. */
export function total (judgements) {
  return judgements.reduce((sum, judged) => Object.fromEntries(Object.entries(sum).map(([key, value]) => [key, value + judged[key]])), { true: 0, found: 0, overlap: 0, returned: 0, right: 0 })
}

/** Recall, precision, F1 and the mean overlap of what was found. */
export function figuresOf (sum) {
  const recall = sum.true === 0 ? 1 : sum.found / sum.true
  const precision = sum.returned === 0 ? 1 : sum.right / sum.returned
  return { recall: round(recall), precision: round(precision), f1: round(2 * recall * precision / (recall + precision || 1)), ...(sum.overlap > 0 ? { boxIou: round(sum.overlap / sum.found) } : {}) }
}

function round (value) {
  return Math.round(value * 1000) / 1000
}
