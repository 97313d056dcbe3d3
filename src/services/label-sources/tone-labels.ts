// Labels of a picture without colours, for which no net is needed.
import { isBlackAndWhite } from '../../imaging/greyness.js'
import type { LabelGraph } from '../../labels/label-graph.js'
import { raiseParents } from '../../labels/label-scores.js'
import type { LabelSource } from '../classify-image.js'

const BLACK_AND_WHITE = '/m/01g6gs'
// A grey picture is one; how sure that is has no finer shades.
const SCORE = 0.95

/** Makes the source: Black-and-white, and Monochrome, of which that is a kind. */
export function createToneLabels (graph: LabelGraph): LabelSource {
  return {
    name: 'tones',
    general: false,
    find: async image => ({ scores: isBlackAndWhite(image) ? raiseParents(new Map([[BLACK_AND_WHITE, SCORE]]), graph) : new Map() })
  }
}
