// Labels and styles that the label heads give.
import type { LabelHeads } from '../../engines/label-heads.js'
import type { LabelGraph } from '../../labels/label-graph.js'
import { raiseParents } from '../../labels/label-scores.js'
import type { LabelTable } from '../../runtime/label-table.js'
import type { LabelSource } from '../classify-image.js'

/** The heads and what their labels are called. */
export interface LabellingHeads {
  readonly heads: LabelHeads
  readonly labels: LabelTable
}

/** Runs with the heads that serve. */
export type UseLabelHeads = <R>(run: (opened: LabellingHeads) => Promise<R>) => Promise<R>

/** What a style is called as a label. A photograph is what pictures mostly are: that is no label. */
const STYLE_LABELS = { art_painting: '/m/05qdh', cartoon: '/m/0215n', sketch: '/m/07glzq' } as const
// Under it styles are taken for one another, and photographs with flat colours for pictures made by hand.
const MIN_STYLE_SCORE = 0.9
// The heads' own sums keep parents above children; what the detector adds and cut-offs take away moves labels that are likely.
const LEAST_RAISING = 0.01

/** Makes the source. */
export function createHeadLabels (use: UseLabelHeads, graph: LabelGraph): LabelSource {
  return {
    name: 'label heads',
    general: true,
    find: async image => await use(async ({ heads, labels }) => {
      const said = await heads.read(image)
      const scores = new Map<string, number>()
      labels.forEach(({ mid }, index) => scores.set(mid, said.labels[index] ?? 0))
      for (const [style, mid] of Object.entries(STYLE_LABELS)) {
        const probability = said.styles.get(style) ?? 0
        if (probability >= MIN_STYLE_SCORE) scores.set(mid, probability)
      }
      return { scores: raiseParents(scores, graph, LEAST_RAISING) }
    })
  }
}
