// What one source of labels says of a picture, and the two ways in which a label speaks for what it is a kind of.
import type { LabelGraph } from './label-graph.js'

/** The probability, 0..1, that each label (by mid) holds; what is not named is not known. */
export type LabelScores = ReadonlyMap<string, number>

/**
 * Scores of classes that exclude each other, as a softmax gives them, summed up the graph: a picture that is .4 a
 * beagle and .3 a collie is .7 a dog. Several classes may share a mid.
 * @param mids of the classes, by index
 */
export function sumUpGraph (probabilities: ArrayLike<number>, mids: readonly string[], graph: LabelGraph): LabelScores {
  const sums = new Map<string, number>()
  const add = (mid: string, probability: number): void => { sums.set(mid, Math.min(1, (sums.get(mid) ?? 0) + probability)) }
  mids.forEach((mid, index) => {
    const probability = probabilities[index] ?? 0
    add(mid, probability)
    for (const ancestor of graph.ancestors(mid)) add(ancestor, probability)
  })
  return sums
}

/**
 * Scores of labels that do not exclude each other, as a detector gives them: what a label is a kind of is at least as
 * likely as the label.
 * @param least scores under it raise nothing: of a thousand labels few are worth the walk up the graph. Of the others no parent
 *   is under its child afterwards
 */
export function raiseParents (scores: LabelScores, graph: LabelGraph, least = 0): LabelScores {
  const raised = new Map(scores)
  for (const [mid, score] of scores) {
    if (score < least) continue
    for (const ancestor of graph.ancestors(mid)) {
      if ((raised.get(ancestor) ?? 0) < score) raised.set(ancestor, score)
    }
  }
  return raised
}
