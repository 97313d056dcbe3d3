// What a detector's classes say of what they are kinds of: many faint signs of animals are a sign of an animal, even
// where no one of them is a sign of its kind.
import type { LabelGraph } from './label-graph.js'
import type { LabelScores } from './label-scores.js'

/** A logistic calibration of one label: the log-odds of the evidence, times `slope` plus `offset`, are those of the label. */
export interface EvidenceCurve {
  readonly slope: number
  readonly offset: number
}

// Log-odds stay finite: what is surer than this is not told apart.
const SUREST = 1e-4

/**
 * Scores of labels from scores of classes. The evidence of a label is that at least one class under it, itself
 * included, holds, as if the classes were independent; they are not, which its curve makes good. A label without a curve
 * gets what its surest class has.
 * @param classScores calibrated, 0..1
 * @param curves by mid, measured
 * @param shift added to the log-odds of every label: how much rarer labels are than where the curves were measured
 */
export function weighEvidence (classScores: LabelScores, curves: ReadonlyMap<string, EvidenceCurve>, graph: LabelGraph, shift = 0): LabelScores {
  const absence = new Map<string, number>()
  const surest = new Map<string, number>()
  for (const [mid, score] of classScores) {
    for (const label of [mid, ...graph.ancestors(mid)]) {
      absence.set(label, (absence.get(label) ?? 1) * (1 - score))
      surest.set(label, Math.max(surest.get(label) ?? 0, score))
    }
  }
  return new Map([...surest].map(([label, score]) => {
    const curve = curves.get(label)
    return [label, sigmoid(shift + (curve === undefined ? logOdds(score) : curve.slope * logOdds(1 - (absence.get(label) ?? 1)) + curve.offset))]
  }))
}

function logOdds (probability: number): number {
  const bounded = Math.min(1 - SUREST, Math.max(SUREST, probability))
  return Math.log(bounded / (1 - bounded))
}

function sigmoid (value: number): number {
  return 1 / (1 + Math.exp(-value))
}
