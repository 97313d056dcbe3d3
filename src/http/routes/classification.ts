// POST /compute/v1/image/classification
import { Type } from 'typebox'
import type { ClassifyImage } from '../../services/classify-image.js'
import { ClassificationSchema, MAX_LABELS } from '../../wire/classification.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** What a picture shows, in labels. */
export function classificationEndpoint (classifyImage: ClassifyImage): Endpoint {
  return defineEndpoint({
    name: 'classification',
    summary: 'Labels of a picture',
    access: 'token',
    images: ['image'],
    options: Type.Object({
      maxResults: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LABELS, description: 'labels at most; 10 if not given' })),
      minScore: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'least score; 0.5 if not given' }))
    }),
    content: ClassificationSchema,
    example: {
      labelAnnotations: [
        { score: 0.9805248379707336, topicality: 0.9805248379707336, mid: '/m/0215n', description: 'Cartoon' },
        { score: 0.978813886642456, topicality: 0.978813886642456, mid: '/m/095bb', description: 'Animated cartoon' },
        { score: 0.6522085666656494, topicality: 0.6522085666656494, mid: '/m/0jyfg', description: 'Glasses' }
      ]
    },
    handle: ({ images, options, work }) => classifyImage(images.image, options, work)
  })
}
