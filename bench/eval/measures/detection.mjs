// How good boxes are. A picture is { truth: [{ class, box, crowd, ignore }], found: [{ class, score, box }] } with
// boxes { x, y, width, height } in pixels. `crowd` marks a region in which any number of finds of its class neither
// counts nor harms; `ignore` an object that need not be found.

const MAX_FOUND = 100
const RECALLS = Array.from({ length: 101 }, (_, index) => index / 100)
const OVERLAPS = Array.from({ length: 10 }, (_, index) => 0.5 + index * 0.05)

/**
 * Average precision as in COCO's evaluation: at most 100 finds a picture and class, greedy matching by falling score,
 * precision at 101 recalls, mean over the classes that occur.
 * @returns {{ ap: number, ap50: number }} `ap` is the mean over the overlaps .5, .55, … .95
 */
export function cocoAveragePrecision (pictures) {
  const classes = [...new Set(pictures.flatMap(({ truth }) => truth.filter(object => !spared(object)).map(object => object.class)))]
  const byOverlap = OVERLAPS.map(overlap => mean(classes.map(name => classPrecision(pictures, name, overlap))))
  return { ap: mean(byOverlap), ap50: byOverlap[0] }
}

/** Precision, recall and F1 of finds as they are, at an overlap of .5. */
export function operatingPoint (pictures) {
  const judged = judge(pictures, 0.5)
  const right = judged.filter(find => find.right).length
  const objects = pictures.flatMap(({ truth }) => truth).filter(object => !spared(object)).length
  const precision = judged.length === 0 ? 0 : right / judged.length
  const recall = objects === 0 ? 0 : right / objects
  return { precision, recall, f1: right === 0 ? 0 : 2 * precision * recall / (precision + recall) }
}

/** Every find that counts, with its score and whether it is right. */
export function judge (pictures, overlap) {
  return pictures.flatMap(({ truth, found }) => [...new Set(found.map(find => find.class))].flatMap(name =>
    matchClass(truth.filter(object => object.class === name), found.filter(find => find.class === name), overlap)))
    .filter(({ outcome }) => outcome !== 'spared').map(({ score, outcome }) => ({ score, right: outcome === 'right' }))
}

/** Expected calibration error: mean distance of score and share of right ones over ten bins, weighted by their finds. */
export function calibrationError (judged) {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, scores: 0, right: 0 }))
  for (const { score, right } of judged) {
    const bin = bins[Math.min(9, Math.floor(score * 10))]
    bin.count++
    bin.scores += score
    if (right) bin.right++
  }
  return bins.reduce((sum, { scores, right }) => sum + Math.abs(scores - right), 0) / Math.max(1, judged.length)
}

function classPrecision (pictures, name, overlap) {
  const finds = pictures.flatMap(({ truth, found }) => matchClass(truth.filter(object => object.class === name), found.filter(find => find.class === name), overlap))
    .filter(({ outcome }) => outcome !== 'spared').sort((a, b) => b.score - a.score)
  const objects = pictures.flatMap(({ truth }) => truth).filter(object => object.class === name && !spared(object)).length
  const precisions = []
  const recalls = []
  let right = 0
  finds.forEach(({ outcome }, index) => {
    if (outcome === 'right') right++
    precisions.push(right / (index + 1))
    recalls.push(right / objects)
  })
  for (let index = precisions.length - 2; index >= 0; index--) precisions[index] = Math.max(precisions[index], precisions[index + 1])
  return mean(RECALLS.map(recall => precisions[recalls.findIndex(reached => reached >= recall)] ?? 0))
}

// The finds of one class in one picture, best first: each takes the object it overlaps most of those not yet taken;
// objects that count go before those that are spared.
function matchClass (truth, found, overlap) {
  const taken = new Set()
  return [...found].sort((a, b) => b.score - a.score).slice(0, MAX_FOUND).map(find => {
    let best
    for (const object of truth) {
      if (taken.has(object) && !object.crowd) continue
      const share = overlapOf(object, find.box)
      if (share < overlap) continue
      const better = best === undefined || (spared(best.object) && !spared(object)) || (spared(best.object) === spared(object) && share >= best.share)
      if (better) best = { object, share }
    }
    if (best === undefined) return { score: find.score, outcome: 'wrong' }
    taken.add(best.object)
    return { score: find.score, outcome: spared(best.object) ? 'spared' : 'right' }
  })
}

// With a crowd the share of the find that lies within counts, as in COCO's evaluation.
function overlapOf ({ box, crowd }, other) {
  const width = Math.min(box.x + box.width, other.x + other.width) - Math.max(box.x, other.x)
  const height = Math.min(box.y + box.height, other.y + other.height) - Math.max(box.y, other.y)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  const area = other.width * other.height
  return both / (crowd ? area : area + box.width * box.height - both)
}

function spared ({ crowd, ignore }) {
  return Boolean(crowd || ignore)
}

function mean (values) {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
