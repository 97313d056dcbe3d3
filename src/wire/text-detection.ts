// textDetection's answer.
import { Type, type Static } from 'typebox'

const PolySchema = Type.Object({
  vertices: Type.Array(Type.Object({ y: Type.Integer(), x: Type.Integer() }), { minItems: 4, maxItems: 4 })
})
const ConfidenceSchema = Type.Number({ minimum: 0, maximum: 1 })
const BreakSchema = Type.Object({
  detectedBreak: Type.Object({ type: Type.Union([Type.Literal('SPACE'), Type.Literal('EOL_SURE_SPACE'), Type.Literal('LINE_BREAK')]) })
})
const LanguagesSchema = Type.Object({ detectedLanguages: Type.Array(Type.Object({ languageCode: Type.String() })) })

const SymbolSchema = Type.Object({
  property: Type.Optional(BreakSchema),
  boundingBox: PolySchema,
  text: Type.String(),
  confidence: ConfidenceSchema
})
const WordSchema = Type.Object({ boundingBox: PolySchema, symbols: Type.Array(SymbolSchema), confidence: ConfidenceSchema })
const ParagraphSchema = Type.Object({ boundingBox: PolySchema, words: Type.Array(WordSchema), confidence: ConfidenceSchema })
const BlockSchema = Type.Object({
  boundingBox: PolySchema, paragraphs: Type.Array(ParagraphSchema), blockType: Type.Literal('TEXT'), confidence: ConfidenceSchema
})
const PageSchema = Type.Object({
  property: Type.Optional(LanguagesSchema), width: Type.Integer(), height: Type.Integer(), blocks: Type.Array(BlockSchema), confidence: ConfidenceSchema
})
const FullTextSchema = Type.Object({ pages: Type.Array(PageSchema), text: Type.String() })
export type FullText = Static<typeof FullTextSchema>
export type Poly = Static<typeof PolySchema>

/**
 * The whole text first, with its locale, then every word in the order of reading. Vertices are pixels of the upright
 * picture: top left, top right, bottom right, bottom left as a reader of the text sees them.
 */
export const TextDetectionSchema = Type.Object({
  textAnnotations: Type.Array(Type.Object({
    locale: Type.Optional(Type.String({ description: 'language of the whole text; on the first entry only' })),
    description: Type.String(),
    boundingPoly: PolySchema
  })),
  fullTextAnnotation: Type.Optional(FullTextSchema)
})
export type TextDetection = Static<typeof TextDetectionSchema>
