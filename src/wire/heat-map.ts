// heatMap's answer.
import { Type, type Static } from 'typebox'

export const HeatMapSchema = Type.Object({
  heatmap: Type.String({ description: 'base64 of a JPEG of the upright picture\'s pixel size' })
})
export type HeatMap = Static<typeof HeatMapSchema>
