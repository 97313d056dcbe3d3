// objectsDetection's answer.
import { Type, type Static } from 'typebox'

/** The most objects that can be asked for. */
export const MAX_OBJECTS = 100

/** Objects by falling score; vertices clockwise from the top-left corner, in shares of the upright picture's sides. */
export const ObjectsDetectionSchema = Type.Object({
  localizedObjectAnnotations: Type.Array(Type.Object({
    score: Type.Number({ minimum: 0, maximum: 1 }),
    mid: Type.String({ description: 'Knowledge Graph id' }),
    boundingPoly: Type.Object({
      normalizedVertices: Type.Array(Type.Object({
        y: Type.Number({ minimum: 0, maximum: 1 }),
        x: Type.Number({ minimum: 0, maximum: 1 })
      }), { minItems: 4, maxItems: 4 })
    }),
    name: Type.String()
  }), { maxItems: MAX_OBJECTS })
})
export type ObjectsDetection = Static<typeof ObjectsDetectionSchema>
