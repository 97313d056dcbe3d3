// colorPalette's answer.
import { Type, type Static } from 'typebox'

/** The most rows that the hosted service returns. */
export const MAX_PALETTE_ROWS = 8

/** Rows of [red, green, blue, percent], percent descending and summing to 100. */
export const ColorPaletteSchema = Type.Object({
  colors: Type.Array(
    Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { minItems: 4, maxItems: 4, description: 'red, green, blue (0 to 255), percent (1 to 100)' }),
    { maxItems: MAX_PALETTE_ROWS }
  )
})
export type ColorPalette = Static<typeof ColorPaletteSchema>
