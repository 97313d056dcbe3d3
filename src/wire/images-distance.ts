// imagesDistance's answer.
import { Type, type Static } from 'typebox'

/** What the hosted service says of a pair that does not match. */
export const REJECTION = 'Rejection due to geometric test'
/** And its distance then. */
export const REJECTION_DISTANCE = 4

const DimensionsSchema = Type.Array(Type.Integer({ minimum: 1 }), { minItems: 2, maxItems: 2, description: 'width, height' })

const PictureSchema = Type.Object({
  resizedDimensions: DimensionsSchema,
  originalDimensions: DimensionsSchema,
  matchingBox: Type.Optional(Type.Object({
    points: Type.Array(
      Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'x, y in shares of the sides' }),
      { minItems: 4, maxItems: 4, description: 'clockwise from the top left: where the matched points lie' }
    )
  }))
})

/** How near the query is to the reference. */
export const ImagesDistanceSchema = Type.Object({
  scores: Type.Object({
    matchStrengthWithoutWeighting: Type.Number({ minimum: 0 }),
    matchStrength: Type.Number({ minimum: 0 })
  }),
  query: PictureSchema,
  distance: Type.Number({ minimum: 0, description: '0 for equal pictures, below 1 for a match, 4 for none' }),
  category: Type.Literal('LOCALMATCHING'),
  decision: Type.String(),
  reference: PictureSchema,
  homography: Type.Object({
    destination: Type.Literal('query'),
    coefficients: Type.Array(Type.Number(), { description: 'nine, row-major, the last one 1, from reference to query in shares of their sides; none without a match' }),
    source: Type.Literal('reference')
  })
})
export type ImagesDistance = Static<typeof ImagesDistanceSchema>
