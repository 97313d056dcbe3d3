// objectsDetection on boxed photographs: all finds for the average precision, and the answer as a client gets it.
import { calibrationError, cocoAveragePrecision, judge, operatingPoint } from '../measures/detection.mjs'
import { foundIn, objectsOf } from '../measures/detection-truth.mjs'

// Scores below do not matter to anybody and would make any calibration look good by their number.
const LEAST_JUDGED = 0.05

const SHARED = {
  endpoint: 'objectsDetection',
  requests: { usual: {}, all: { minScore: '0.001', maxResults: '100' } },
  score (answered) {
    const pictures = name => answered.map(({ truth, [name]: content }) => ({ truth: objectsOf(truth), found: foundIn(content, truth) }))
    const usual = pictures('usual')
    const all = pictures('all')
    const { ap, ap50 } = cocoAveragePrecision(all)
    const { precision, recall, f1 } = operatingPoint(usual)
    return {
      AP50: ap50,
      'AP50:95': ap,
      precision,
      recall,
      F1: f1,
      'objects per picture': usual.reduce((sum, { found }) => sum + found.length, 0) / usual.length,
      ECE: calibrationError(judge(all, 0.5).filter(({ score }) => score >= LEAST_JUDGED)),
      'ECE of those shown': calibrationError(judge(usual, 0.5))
    }
  }
}

export default [
  {
    ...SHARED,
    name: 'objects-coco',
    folder: 'det_coco_val2017',
    about: 'Photographs of COCO val2017; AP by COCO\'s rules; precision, recall and F1 of the answer as it comes without parameters, at an overlap of .5.',
    asked: { AP50: { embedded: '>= 0.5' } }
  },
  {
    ...SHARED,
    name: 'objects-voc-indoor',
    folder: 'det_voc_indoor',
    about: 'Rooms of PASCAL VOC, the classes that COCO has too.'
  }
]
