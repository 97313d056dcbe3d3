// imagesDifferences' answers: the default one with pictures, and the new one with areas.
import { Type, type Static } from 'typebox'

const Base64Schema = Type.String({ contentEncoding: 'base64' })

/** The two pictures with their differences highlighted. */
export const HighlightedDifferencesSchema = Type.Object({
  ref_image: Type.String({ contentEncoding: 'base64', contentMediaType: 'image/jpeg', description: 'image1, its differences outlined and the rest dimmed' }),
  query_image: Type.String({ contentEncoding: 'base64', contentMediaType: 'image/jpeg', description: 'image2 in the same way' }),
  score: Type.Number({ minimum: 0, description: '0: no difference; cut to one decimal' })
})
export type HighlightedDifferences = Static<typeof HighlightedDifferencesSchema>

const PointSchema = Type.Object({ x: Type.Number(), y: Type.Number() })

const InputAreaSchema = Type.Object({
  type: Type.Literal('area'),
  resultInfos: Type.Object({
    imagesDifferences: Type.Object({
      type: Type.Literal('input'),
      subAreas: Type.Array(Type.String({ description: 'key of an area' }))
    })
  })
})

const DifferenceAreaSchema = Type.Object({
  type: Type.Literal('area'),
  boundingBox: Type.Object({ x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() }),
  resultInfos: Type.Object({
    imagesDifferences: Type.Object({
      type: Type.Literal('diff'),
      enclosingCircle: Type.Object({
        circleRadius: Type.Number(),
        relativeCircleCenter: PointSchema
      }),
      roiOccupancyRate: Type.Number({ minimum: 0, maximum: 1, description: 'of the enclosing circle' }),
      binaryMask: Type.Object({
        type: Type.Literal('image'),
        encoding: Type.Literal('base64'),
        value: Base64Schema
      }),
      relativeVertices: Type.Array(PointSchema, { description: 'every pixel of the outline, relative to the box' })
    })
  })
})
export type DifferenceArea = Static<typeof DifferenceAreaSchema>

const ImageAreasSchema = Type.Object({
  areas: Type.Record(Type.String({ pattern: '^[0-9a-f]{8}/[0-9]+$' }), Type.Union([InputAreaSchema, DifferenceAreaSchema])),
  UUID: Type.String({ pattern: '^[0-9a-f]{8}$' }),
  version: Type.Literal('0.1')
})
export type ImageAreas = Static<typeof ImageAreasSchema>

/** The differences as areas: each in the pixels of either picture, under one key. Area 0 is the whole picture. */
export const DifferenceAreasSchema = Type.Object({
  Image1: ImageAreasSchema,
  Image2: ImageAreasSchema,
  summary: Type.Object({
    name: Type.Literal('imagesDifferences'),
    status: Type.Integer(),
    message: Type.String(),
    resultInfos: Type.Object({
      imagesDifferences: Type.Object({
        nbAreas: Type.Integer({ description: 'areas of a picture, the input included' })
      })
    }),
    score: Type.Number({ minimum: 0, description: '0: no difference; grows with the colour distance of the worst one' }),
    errors: Type.Array(Type.String())
  })
})
export type DifferenceAreas = Static<typeof DifferenceAreasSchema>

/** Either answer; `new_format` chooses. */
export const ImagesDifferencesSchema = Type.Union([HighlightedDifferencesSchema, DifferenceAreasSchema])
export type ImagesDifferences = Static<typeof ImagesDifferencesSchema>

/** The version that the hosted service states. */
export const AREAS_VERSION = '0.1'
