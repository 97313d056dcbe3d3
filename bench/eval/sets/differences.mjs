// imagesDifferences on circuit boards with known defects and on pairs of visual regression tests. `node
// bench/differences.mjs` compares the same pairs with pixelmatch, odiff and SSIM, and measures painted edits too.
import { covers, figuresOf, judgeBoard, judgeBoardWithMargin, total } from '../../differences/boxes.mjs'

const SHARED = {
  endpoint: 'imagesDifferences',
  requests: { usual: { new_format: 'true' } },
  items: ({ items }) => items.map(item => ({ images: { image1: item.image1, image2: item.image2 }, truth: item }))
}

// Less is a crumb of JPEG in the truth of one pair, or the smoothing of letters.
const LEAST_TRUE_PX = 64

const boxesOf = ({ Image1: { areas } }) => Object.values(areas).flatMap(({ boundingBox }) => boundingBox === undefined ? [] : [boundingBox])

export default [
  {
    ...SHARED,
    name: 'differences-boards',
    folder: 'differences_pcb',
    about: 'A board and its template, by the rule of the set: boxes overlap by more than .33 of their union. Its true boxes stand off the defects by 10 pixels, so ours are given that margin; bare boxes are judged as they are returned, along the defects.',
    score: answered => {
      const figures = judge => figuresOf(total(answered.map(({ truth, usual }) => judge(
        truth.areas.map(({ bbox_xyxy: [left, top, right, bottom] }) => ({ x: left, y: top, width: right - left, height: bottom - top })), boxesOf(usual)))))
      const { recall, precision, f1 } = figures(judgeBoardWithMargin)
      const bare = figures(judgeBoard)
      return { recall, precision, F1: f1, 'recall of bare boxes': bare.recall, 'precision of bare boxes': bare.precision }
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
        boxes: truth.areas_gt32.map(([x, y, width, height]) => ({ x, y, width, height })),
        found: boxesOf(usual)
      }))
      const recall = leastPx => {
        const wanted = truths.flatMap(({ boxes, found }) => boxes.filter(({ width, height }) => width * height >= leastPx).map(box => found.some(other => covers(other, box))))
        return wanted.filter(Boolean).length / wanted.length
      }
      return {
        recall: recall(0),
        [`recall of boxes from ${LEAST_TRUE_PX} px`]: recall(LEAST_TRUE_PX),
        'identical pairs left alone': answered.filter(({ truth, usual }) => truth.identical && boxesOf(usual).length === 0 && usual.summary.score === 0).length / answered.filter(({ truth }) => truth.identical).length
      }
    },
    asked: { 'identical pairs left alone': { embedded: '>= 1' } }
  }
]
