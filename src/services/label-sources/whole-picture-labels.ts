// Labels of what a picture shows as a whole: the classes of a classifier, summed up the label graph.
import type { Classifier } from '../../engines/classifier.js'
import { type Calibration, calibrate } from '../../imaging/calibration.js'
import type { LabelGraph } from '../../labels/label-graph.js'
import { sumUpGraph } from '../../labels/label-scores.js'
import type { LabelTable } from '../../runtime/label-table.js'
import type { LabelSource } from '../classify-image.js'

/** A classifier and what makes labels of its probabilities. */
export interface LabellingClassifier {
  readonly classifier: Classifier
  readonly labels: LabelTable
  /** From the probability of a label, that of its kinds included, to how often it is right. */
  readonly calibration: Calibration
}

/** Runs with the classifier that serves. */
export type UseClassifier = <R>(run: (opened: LabellingClassifier) => Promise<R>) => Promise<R>

/** Makes the source. */
export function createWholePictureLabels (use: UseClassifier, graph: LabelGraph): LabelSource {
  const known = new Map<LabelTable, ReadonlySet<string>>()
  return {
    name: 'picture as a whole',
    general: true,
    find: async image => await use(async ({ classifier, labels, calibration }) => {
      const leads = known.get(labels) ?? knownLabels(labels, graph)
      known.set(labels, leads)
      const sums = sumUpGraph(await classifier.classify(image), labels.map(({ mid }) => mid), graph)
      return { scores: new Map([...sums].map(([mid, probability]) => [mid, calibrate(calibration, probability)])), leads }
    })
  }
}

// The classifier was trained on many pictures of these, so its word leads.
function knownLabels (labels: LabelTable, graph: LabelGraph): ReadonlySet<string> {
  return new Set(labels.flatMap(({ mid }) => [mid, ...graph.ancestors(mid)]))
}
