// POST /compute/v1/image/colorPalette
import { Type } from 'typebox'
import type { FindPalette } from '../../services/color-palette.js'
import { ColorPaletteSchema } from '../../wire/color-palette.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** The dominant colours of a picture with their shares. */
export function colorPaletteEndpoint (findPalette: FindPalette): Endpoint {
  return defineEndpoint({
    name: 'colorPalette',
    summary: 'Dominant colours of a picture',
    access: 'token',
    images: ['image'],
    options: Type.Object({}),
    content: ColorPaletteSchema,
    example: {
      colors: [
        [163, 147, 126, 30], [105, 100, 91, 27], [56, 53, 49, 24], [200, 194, 184, 11],
        [38, 29, 22, 4], [103, 69, 46, 2], [173, 117, 88, 1], [32, 34, 35, 1]
      ]
    },
    handle: ({ images, work }) => findPalette(images.image, work)
  })
}
