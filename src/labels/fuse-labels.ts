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
   * Of a source that classifies pictures as a whole: the labels, by mid, that it knows. Where it has seen what a picture shows its
   * word on them is the last, silence included, unless a label that it does not know is a kind of them.
   */
  readonly leads?: ReadonlySet<string>
}

// A leader that gives so much to anything has seen what the picture shows: others who are as sure as .9 of what it knows and does
// not see are then wrong one time in three, otherwise one time in twelve. That was counted, and CREDIT fitted, on photographs
// (models/label-heads/fusion.py).
const SURE = 0.5
// Where no leader is sure: what is added to the mean of its log-odds and those of the surest other.
const CREDIT = 0.4
// Others who give so much to a label have their way then: what they see may be no leader's business, as people in the picture are.
const CERTAIN = 0.8
// What none of them gives so much is left as it is: the fit knows nothing of it.
const CANDIDATE = 0.05
// Nobody is taken to be surer than this that a label does not hold: a source misses what it does not look for.
const LEAST = 0.02
// So that odds are finite.
const SUREST = 1 - 1e-4

/**
 * Labels by falling score, each mid once, no label above what it is a kind of. Of several sources the one that is
 * surest of a label counts: they see different things, and each is calibrated. Where one leads and is sure of what the picture
 * shows, its word on what it knows is the last; where it is not, its odds and the others' are blended, and who is certain has
 * its way. Of equal scores the more specific label comes first.
 */
export function fuseLabels (voices: readonly LabelVoice[], graph: LabelGraph, { minScore, maxResults }: FusionLimits): FusedLabel[] {
  const fused = new Map<string, number>()
  const speaking = voices.filter(({ scores, leads }) => scores.size > 0 || leads !== undefined)
  const sure = new Set(speaking.filter(isSure))
  for (const { scores } of speaking) {
    for (const mid of scores.keys()) {
      if (fused.has(mid)) continue
      const score = Math.fround(fusedScore(mid, speaking, sure))
      // What is left out raises nothing to where it would be let in.
      if (score > 0 && score >= minScore) fused.set(mid, score)
    }
  }
  return [...raiseParents(fused, graph)]
    .map(([mid, score]) => ({ mid, score, depth: graph.depth(mid) }))
    .sort((a, b) => b.score - a.score || b.depth - a.depth || (a.mid < b.mid ? -1 : 1))
    .slice(0, maxResults)
    .map(({ mid, score }) => ({ mid, description: withoutQualifier(graph.name(mid)), score }))
}

function fusedScore (mid: string, voices: readonly LabelVoice[], sure: ReadonlySet<LabelVoice>): number {
  const leaders = voices.filter(({ leads }) => leads?.has(mid))
  if (leaders.length === 0) return surest(mid, voices)
  const others = voices.filter(voice => voice.scores.has(mid) && !leaders.includes(voice))
  if (others.length === 0) return surest(mid, leaders)
  const led = surest(mid, leaders)
  if (leaders.some(leader => sure.has(leader))) return led
  const other = surest(mid, others)
  const surer = Math.max(led, other)
  if (surer < CANDIDATE || other >= CERTAIN) return surer
  return probability((logOdds(led) + logOdds(other)) / 2 + CREDIT)
}

function surest (mid: string, voices: readonly LabelVoice[]): number {
  let most = 0
  for (const { scores } of voices) most = Math.max(most, scores.get(mid) ?? 0)
  return most
}

function isSure ({ scores }: LabelVoice): boolean {
  for (const score of scores.values()) if (score >= SURE) return true
  return false
}

function withoutQualifier (name: string): string {
  return name.replace(/ \([^)]*\)$/, '')
}

function logOdds (p: number): number {
  const bounded = Math.max(LEAST, Math.min(p, SUREST))
  return Math.log(bounded / (1 - bounded))
}

function probability (odds: number): number {
  return 1 / (1 + Math.exp(-odds))
}
