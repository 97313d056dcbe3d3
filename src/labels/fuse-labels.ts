// One answer of what several sources of labels say. A source joins by giving calibrated probabilities for mids of the
// graph; it need not know of the others.
import type { LabelGraph } from './label-graph.js'
import { type LabelScores, raiseParents } from './label-scores.js'

/** One label of the answer. */
export interface FusedLabel {
  readonly mid: string
  /** The entity's name without what tells it from its namesakes: "Crane" for "Crane (Bird)". */
  readonly description: string
  /** Probability, 0..1. */
  readonly score: number
}

export interface FusionLimits {
  /** Least score. */
  readonly minScore: number
  readonly maxResults: number
}

/**
 * Labels by falling score, each mid once, no label above what it is a kind of. Of several sources the one that is
 * surest of a label counts: they see different things, and each is calibrated. Of equal scores the more specific label
 * comes first.
 */
export function fuseLabels (sources: readonly LabelScores[], graph: LabelGraph, { minScore, maxResults }: FusionLimits): FusedLabel[] {
  const highest = new Map<string, number>()
  for (const source of sources) {
    for (const [mid, score] of source) {
      if (score > (highest.get(mid) ?? 0)) highest.set(mid, score)
    }
  }
  return [...raiseParents(highest, graph)]
    .map(([mid, score]) => ({ mid, score: Math.fround(score), depth: graph.depth(mid) }))
    .filter(({ score }) => score > 0 && score >= minScore)
    .sort((a, b) => b.score - a.score || b.depth - a.depth || (a.mid < b.mid ? -1 : 1))
    .slice(0, maxResults)
    .map(({ mid, score }) => ({ mid, description: withoutQualifier(graph.name(mid)), score }))
}

function withoutQualifier (name: string): string {
  return name.replace(/ \([^)]*\)$/, '')
}
