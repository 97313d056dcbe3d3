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

// A label with so many classes under it is known from many sides; Person, with a groom and a ballplayer, is not.
const CLASSES_TO_DOUBT = 5

/** Makes the source. */
export function createWholePictureLabels (use: UseClassifier, graph: LabelGraph): LabelSource {
  const known = new Map<LabelTable, ReadonlySet<string>>()
  return {
    name: 'picture as a whole',
    general: true,
    find: async image => await use(async ({ classifier, labels, calibration }) => {
      const doubts = known.get(labels) ?? broadLabels(labels, graph)
      known.set(labels, doubts)
      const sums = sumUpGraph(await classifier.classify(image), labels.map(({ mid }) => mid), graph)
      return { scores: new Map([...sums].map(([mid, probability]) => [mid, calibrate(calibration, probability)])), doubts }
    })
  }
}

function broadLabels (labels: LabelTable, graph: LabelGraph): ReadonlySet<string> {
  const classes = new Map<string, number>()
  for (const { mid } of labels) {
    for (const label of [mid, ...graph.ancestors(mid)]) classes.set(label, (classes.get(label) ?? 0) + 1)
  }
  return new Set([...classes].flatMap(([label, count]) => count >= CLASSES_TO_DOUBT ? [label] : []))
}
