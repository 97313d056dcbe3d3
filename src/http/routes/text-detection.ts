// POST /compute/v1/image/textDetection
import { Type } from 'typebox'
import type { DetectText } from '../../services/detect-text.js'
import { TextDetectionSchema } from '../../wire/text-detection.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** The text in a picture, as a whole and word by word. */
export function textDetectionEndpoint (detectText: DetectText): Endpoint {
  return defineEndpoint({
    name: 'textDetection',
    summary: 'Text in a picture, with the place of each word',
    access: 'token',
    images: ['image'],
    options: Type.Object({
      languageHints: Type.Optional(Type.String({ maxLength: 100, description: 'comma list of languages that the text may be in, as `fr,en`' })),
      fullText: Type.Optional(Type.Boolean({ description: 'whether to answer blocks, paragraphs, words and symbols too, as `fullTextAnnotation`' }))
    }),
    content: TextDetectionSchema,
    example: {
      textAnnotations: [
        {
          locale: 'fr',
          description: 'MADE IN ITALY\n92200 NEUILLY\nLE ROUGE CRAYON\nDE COULEUR MAT\nJUMBO LÈVRES MAT\nLONGUE TENUE\n',
          boundingPoly: { vertices: [{ y: 648, x: 465 }, { y: 648, x: 907 }, { y: 2286, x: 907 }, { y: 2286, x: 465 }] }
        },
        {
          description: 'MADE',
          boundingPoly: { vertices: [{ y: 2125, x: 513 }, { y: 2113, x: 666 }, { y: 2174, x: 670 }, { y: 2186, x: 518 }] }
        }
      ]
    },
    handle: ({ images, options, work }) => detectText(images.image, options, work)
  })
}
