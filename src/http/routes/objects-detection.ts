// POST /compute/v1/image/objectsDetection
import { Type } from 'typebox'
import type { DetectObjects } from '../../services/detect-objects.js'
import { MAX_OBJECTS, ObjectsDetectionSchema } from '../../wire/objects-detection.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** The objects in a picture, with their boxes. */
export function objectsDetectionEndpoint (detectObjects: DetectObjects): Endpoint {
  return defineEndpoint({
    name: 'objectsDetection',
    summary: 'Objects in a picture',
    access: 'token',
    images: ['image'],
    options: Type.Object({
      maxResults: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_OBJECTS, description: 'objects at most; 10 if not given' })),
      minScore: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'least score' }))
    }),
    content: ObjectsDetectionSchema,
    example: {
      localizedObjectAnnotations: [
        {
          score: 0.6799721717834473,
          mid: '/m/01g317',
          boundingPoly: {
            normalizedVertices: [
              { y: 0.5424494743347168, x: 0.6926446557044983 }, { y: 0.5424494743347168, x: 0.8713106513023376 },
              { y: 0.969238817691803, x: 0.8713106513023376 }, { y: 0.969238817691803, x: 0.6926446557044983 }
            ]
          },
          name: 'Person'
        },
        {
          score: 0.6125506162643433,
          mid: '/m/0jbk',
          boundingPoly: {
            normalizedVertices: [
              { y: 0.7334161400794983, x: 0.8467774391174316 }, { y: 0.7334161400794983, x: 0.9417657256126404 },
              { y: 0.9152880311012268, x: 0.9417657256126404 }, { y: 0.9152880311012268, x: 0.8467774391174316 }
            ]
          },
          name: 'Animal'
        }
      ]
    },
    handle: ({ images, options, work }) => detectObjects(images.image, options, work)
  })
}
