// POST /compute/v1/image/imagesDifferences
import { Type } from 'typebox'
import type { CompareImages } from '../../services/compare-images.js'
import { ImagesDifferencesSchema } from '../../wire/images-differences.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** What differs between two pictures. */
export function imagesDifferencesEndpoint (compareImages: CompareImages): Endpoint {
  return defineEndpoint({
    name: 'imagesDifferences',
    summary: 'Differences between two pictures',
    access: 'token',
    images: ['image1', 'image2'],
    // Both whole, as pixels and as what the comparison makes of them.
    memoryPerPixel: 10,
    options: Type.Object({
      new_format: Type.Optional(Type.Boolean({ description: 'answer with areas instead of pictures' }))
    }),
    content: ImagesDifferencesSchema,
    example: {
      ref_image: '/9j/4AAQSkZJRgAB',
      query_image: '/9j/4AAQSkZJRgAB',
      score: 1.4
    },
    handle: ({ images, options, work }) => compareImages(images.image1, images.image2, { newFormat: options.new_format ?? false }, work)
  })
}
