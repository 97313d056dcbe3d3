// POST /compute/v1/image/imagesDistance
import { Type } from 'typebox'
import type { CompareDistance } from '../../services/compare-distance.js'
import { ImagesDistanceSchema, REJECTION, REJECTION_DISTANCE } from '../../wire/images-distance.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** Whether one picture shows what another shows, how near, and where. */
export function imagesDistanceEndpoint (compareDistance: CompareDistance): Endpoint {
  return defineEndpoint({
    name: 'imagesDistance',
    summary: 'How near one picture is to another, and by which homography',
    access: 'token',
    images: ['refImage', 'queryImage'],
    options: Type.Object({
      allowMirror: Type.Optional(Type.Boolean({ description: 'whether a mirror image is a match too; false if not given' }))
    }),
    content: ImagesDistanceSchema,
    example: {
      scores: { matchStrengthWithoutWeighting: 0, matchStrength: 0 },
      query: { resizedDimensions: [512, 512], originalDimensions: [225, 225] },
      distance: REJECTION_DISTANCE,
      category: 'LOCALMATCHING',
      decision: REJECTION,
      reference: { resizedDimensions: [512, 491], originalDimensions: [229, 220] },
      homography: { destination: 'query', coefficients: [], source: 'reference' }
    },
    handle: ({ images, options, work }) => compareDistance(images.refImage, images.queryImage, options, work)
  })
}
