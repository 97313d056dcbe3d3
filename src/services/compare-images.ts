// imagesDifferences: decode both pictures whole, find what differs, and show it as pictures or describe it as areas.
import { createHash } from 'node:crypto'
import type { DifferenceResult, ImageDiffer, Shape } from '../engines/image-differ.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { encodeJpeg } from '../imaging/encode-jpeg.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import {
  AREAS_VERSION, type DifferenceArea, type DifferenceAreas, type HighlightedDifferences, type ImageAreas, type ImagesDifferences
} from '../wire/images-differences.js'
import type { Work } from './work.js'

export interface CompareImagesOptions {
  readonly newFormat: boolean
}

/** @throws Failure unsupported_media, too_large, busy */
export type CompareImages = (first: Buffer, second: Buffer, options: CompareImagesOptions, work: Work) => Promise<ImagesDifferences>

/** What the service is made of. */
export interface CompareImagesParts {
  readonly decoder: ImageDecoder
  readonly differ: ImageDiffer
}

// High enough that lines and letters stay clean.
const JPEG_QUALITY = 90
const NOT_ALIGNED = 'the images could not be aligned; they were resized to one size and compared as they are'

/** Makes the service. */
export function createCompareImages ({ decoder, differ }: CompareImagesParts): CompareImages {
  return async (firstBytes, secondBytes, { newFormat }, work) => {
    const [first, second] = await work.stage('decode', async () => [
      await decoder.decode(firstBytes, { alpha: 'flatten' }, work.signal),
      await decoder.decode(secondBytes, { alpha: 'flatten' }, work.signal)
    ] as const)
    const result = await work.stage('engine', () => differ.compare(first, second, newFormat ? 'shapes' : 'pictures', work.signal))
    if (result.pictures === undefined) return areasOf(result, uuidOf(firstBytes, secondBytes))
    const { pictures } = result
    return await work.stage('encode', async (): Promise<HighlightedDifferences> => ({
      ref_image: await jpegOf(pictures.first, first),
      query_image: await jpegOf(pictures.second, second),
      score: Math.trunc(scoreOf(result) * 10) / 10
    }))
  }
}

async function jpegOf (data: Uint8Array, { width, height }: DecodedImage): Promise<string> {
  return (await encodeJpeg({ data, width, height, channels: 3 }, JPEG_QUALITY)).toString('base64')
}

// Single precision, as the documented scores are.
function scoreOf ({ peak }: DifferenceResult): number {
  return Math.fround(peak)
}

/** Eight hex digits that are the same for the same pair of files. */
function uuidOf (first: Buffer, second: Buffer): string {
  const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()
  return createHash('sha256').update(digest(first)).update(digest(second)).digest('hex').slice(0, 8)
}

function areasOf (result: DifferenceResult, uuid: string): DifferenceAreas {
  const { shapes, aligned } = result
  return {
    Image1: imageAreas(shapes.map(({ first }) => first), uuid),
    Image2: imageAreas(shapes.map(({ second }) => second), uuid),
    summary: {
      name: 'imagesDifferences',
      status: 0,
      message: 'ok',
      resultInfos: { imagesDifferences: { nbAreas: shapes.length + 1 } },
      score: scoreOf(result),
      errors: aligned ? [] : [NOT_ALIGNED]
    }
  }
}

function imageAreas (shapes: readonly Shape[], uuid: string): ImageAreas {
  const keys = shapes.map((_, index) => `${uuid}/${index + 1}`)
  const areas: ImageAreas['areas'] = {
    [`${uuid}/0`]: { type: 'area', resultInfos: { imagesDifferences: { type: 'input', subAreas: keys } } }
  }
  shapes.forEach((shape, index) => { areas[keys[index] ?? ''] = areaOf(shape) })
  return { areas, UUID: uuid, version: AREAS_VERSION }
}

function areaOf ({ box, circle, occupancy, maskPng, contour }: Shape): DifferenceArea {
  return {
    type: 'area',
    boundingBox: { x: box.x, y: box.y, width: box.width, height: box.height },
    resultInfos: {
      imagesDifferences: {
        type: 'diff',
        enclosingCircle: {
          circleRadius: Math.fround(circle.radius),
          relativeCircleCenter: { x: Math.fround(circle.x), y: Math.fround(circle.y) }
        },
        roiOccupancyRate: occupancy,
        binaryMask: { type: 'image', encoding: 'base64', value: Buffer.from(maskPng).toString('base64') },
        relativeVertices: Array.from({ length: contour.length / 2 }, (_, i) => ({ x: contour[i * 2]!, y: contour[i * 2 + 1]! }))
      }
    }
  }
}
