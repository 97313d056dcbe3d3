// classification's answer.
import { Type, type Static } from 'typebox'

/** The most labels that can be asked for. */
export const MAX_LABELS = 100

/** Labels by falling score, each mid once; `topicality` repeats the score. */
export const ClassificationSchema = Type.Object({
  labelAnnotations: Type.Array(Type.Object({
    score: Type.Number({ minimum: 0, maximum: 1 }),
    topicality: Type.Number({ minimum: 0, maximum: 1 }),
    mid: Type.String({ description: 'Knowledge Graph id' }),
    description: Type.String()
  }), { maxItems: MAX_LABELS })
})
export type Classification = Static<typeof ClassificationSchema>
