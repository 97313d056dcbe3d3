// imagesDistance: decode both pictures small, compare, and say it in the documented words.
import type { PictureDistance, PictureMatch } from '../engines/picture-distance.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import { type ImagesDistance, REJECTION, REJECTION_DISTANCE } from '../wire/images-distance.js'
import type { Work } from './work.js'

export interface CompareDistanceOptions {
  /** Whether a mirror image counts as a match too. */
  readonly allowMirror?: boolean | undefined
}

/** @throws Failure unsupported_media, too_large, deadline_passed */
export type CompareDistance = (reference: Buffer, query: Buffer, options: CompareDistanceOptions, work: Work) => Promise<ImagesDistance>

/** Makes the service. */
export function createCompareDistance (decoder: ImageDecoder, engine: PictureDistance): CompareDistance {
  return async (referenceBytes, queryBytes, { allowMirror = false }, work) => {
    const decode = async (bytes: Buffer): Promise<DecodedImage> => await decoder.decode(bytes, { size: engine.size, alpha: 'flatten' }, work.signal)
    // One after the other: the request holds one slot of the CPU budget.
    const [reference, query] = await work.stage('decode', async () => [await decode(referenceBytes), await decode(queryBytes)] as const)
    const match = await work.stage('engine', () => engine.compare(reference, query, { allowMirror }))
    return {
      scores: {
        matchStrengthWithoutWeighting: Math.fround(match?.likeness ?? 0),
        matchStrength: Math.fround(match?.strength ?? 0)
      },
      query: describe(query, engine, match?.queryBox),
      distance: match === undefined ? REJECTION_DISTANCE : Math.fround(match.distance),
      category: 'LOCALMATCHING',
      decision: match === undefined ? REJECTION : 'Match',
      reference: describe(reference, engine, match?.referenceBox),
      homography: { destination: 'query', coefficients: match === undefined ? [] : Array.from(match.homography), source: 'reference' }
    }
  }
}

function describe ({ original }: DecodedImage, engine: PictureDistance, box: PictureMatch['queryBox'] | undefined): ImagesDistance['query'] {
  const { width, height } = engine.resized(original)
  return {
    resizedDimensions: [width, height],
    originalDimensions: [original.width, original.height],
    ...(box === undefined ? {} : { matchingBox: { points: [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]].map(point => point.map(Math.fround)) } })
  }
}
