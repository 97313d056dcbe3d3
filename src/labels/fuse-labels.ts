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

/** What one source says, and how far its silence counts. */
export interface LabelVoice {
  readonly scores: LabelScores
  /**
   * Labels, by mid, that the source knows from so many sides that not seeing them is a doubt. Of all others it can only
   * say that they are there.
   */
  readonly doubts?: ReadonlySet<string>
}

// A source that looks for one subject misses what stands beside it: its doubt never counts for more than this.
const DEEPEST_DOUBT = 0.1
// So that odds are finite.
const SUREST = 1 - 1e-4

/**
 * Labels by falling score, each mid once, no label above what it is a kind of. Of several sources the one that is
 * surest of a label counts: they see different things, and each is calibrated. Where another one doubts it, the label
 * gets the mean of both log-odds. Of equal scores the more specific label comes first.
 */
export function fuseLabels (voices: readonly LabelVoice[], graph: LabelGraph, { minScore, maxResults }: FusionLimits): FusedLabel[] {
  const fused = new Map<string, number>()
  for (const voice of voices) {
    for (const [mid, score] of voice.scores) {
      const doubted = voices.filter(other => other !== voice && other.doubts?.has(mid)).reduce((weakened, { scores }) => {
        const other = Math.max(DEEPEST_DOUBT, scores.get(mid) ?? 0)
        return other < score ? Math.min(weakened, between(score, other)) : weakened
      }, score)
      if (doubted > (fused.get(mid) ?? 0)) fused.set(mid, doubted)
    }
  }
  return [...raiseParents(fused, graph)]
    .map(([mid, score]) => ({ mid, score: Math.fround(score), depth: graph.depth(mid) }))
    .filter(({ score }) => score > 0 && score >= minScore)
    .sort((a, b) => b.score - a.score || b.depth - a.depth || (a.mid < b.mid ? -1 : 1))
    .slice(0, maxResults)
    .map(({ mid, score }) => ({ mid, description: withoutQualifier(graph.name(mid)), score }))
}

function withoutQualifier (name: string): string {
  return name.replace(/ \([^)]*\)$/, '')
}

/** The probability in the middle of two, by their log-odds. */
function between (first: number, second: number): number {
  const odds = Math.sqrt(first * second / ((1 - Math.min(first, SUREST)) * (1 - Math.min(second, SUREST))))
  return odds / (1 + odds)
}
