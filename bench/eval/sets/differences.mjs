// imagesDifferences on circuit boards with known defects and on pairs of visual regression tests. `node
// bench/differences.mjs` compares the same pairs with pixelmatch, odiff and SSIM, and measures painted edits too.
import { judgeBoard, total, figuresOf } from '../../differences/boxes.mjs'

const SHARED = {
  endpoint: 'imagesDifferences',
  requests: { usual: { new_format: 'true' } },
  items: ({ items }) => items.map(item => ({ images: { image1: item.image1, image2: item.image2 }, truth: item }))
}

// Less is a crumb of JPEG in the truth of one pair.
const LEAST_TRUE_PX = 64

const boxesOf = ({ Image1: { areas } }) => Object.values(areas).flatMap(({ boundingBox }) => boundingBox === undefined ? [] : [boundingBox])

/** Half of a true box lies within a found one, or its middle does. */
function covers (box, { x, y, width, height }) {
  const across = Math.min(box.x + box.width, x + width) - Math.max(box.x, x)
  const down = Math.min(box.y + box.height, y + height) - Math.max(box.y, y)
  const within = (u, v) => u >= box.x && u <= box.x + box.width && v >= box.y && v <= box.y + box.height
  return (across > 0 && down > 0 && across * down >= width * height / 2) || within(x + width / 2, y + height / 2)
}

export default [
  {
    ...SHARED,
    name: 'differences-boards',
    folder: 'differences_pcb',
    about: 'A board and its template: areas that overlap the true boxes, which stand off the defects by about 10 pixels, by more than .33 of their union.',
    score: answered => {
      const { recall, precision, f1 } = figuresOf(total(answered.map(({ truth, usual }) => judgeBoard(
        truth.areas.map(({ bbox_xyxy: [left, top, right, bottom] }) => ({ x: left, y: top, width: right - left, height: bottom - top })), boxesOf(usual)))))
      return { recall, precision, F1: f1 }
    },
    asked: { recall: { embedded: '>= 0.96' }, precision: { embedded: '>= 0.85' } }
  },
  {
    ...SHARED,
    name: 'differences-regressions',
    folder: 'differences',
    about: 'Pairs of the test suites of tools for visual regression; some call the smoothing of letters a difference, which is not reported here.',
    score: answered => {
      const pairs = answered.filter(({ truth }) => !truth.identical)
      const truths = pairs.map(({ truth, usual }) => ({
        boxes: truth.areas_gt32.map(([x, y, width, height]) => ({ x, y, width, height })).filter(({ width, height }) => width * height >= LEAST_TRUE_PX),
        found: boxesOf(usual)
      }))
      const all = truths.reduce((sum, { boxes }) => sum + boxes.length, 0)
      const found = truths.reduce((sum, { boxes, found }) => sum + boxes.filter(box => found.some(other => covers(other, box))).length, 0)
      return {
        recall: found / all,
        'identical pairs left alone': answered.filter(({ truth, usual }) => truth.identical && boxesOf(usual).length === 0 && usual.summary.score === 0).length / answered.filter(({ truth }) => truth.identical).length
      }
    },
    asked: { 'identical pairs left alone': { embedded: '>= 1' } }
  }
]
