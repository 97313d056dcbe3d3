// One picture laid over the other by a homography, seen in the frame of the coarser of the two: there nothing is made
// up by enlarging.
import { type GrayImage, type GrayPlane, halve } from '../imaging/gray-image.js'
import { type Homography, areaScale, compose, invert, scaling } from '../imaging/homography.js'
import type { Point } from '../imaging/homography.js'
import type { Blur } from './opencv-images.js'

/** A picture at full size, half, a quarter …, slightly blurred. */
export type Pyramid = readonly GrayPlane[]

const BASE_SIGMA = 1
const LEVEL_SIGMA = 0.8
const LEVELS = 5

/** Blurs and halves. */
export function buildPyramid (image: GrayImage, blur: Blur): Pyramid {
  const levels = [blur(image, BASE_SIGMA)]
  while (levels.length < LEVELS) {
    const last = levels[levels.length - 1]!
    if (Math.min(last.width, last.height) < 16) break
    levels.push(halve(levels.length === 1 ? last : blur(last, LEVEL_SIGMA)))
  }
  return levels
}

/** Two pictures and the map between them. */
export interface Overlay {
  /** The coarser picture, whose frame is used, and the other one. */
  readonly frame: Pyramid
  readonly other: Pyramid
  /** Whether the frame is the reference's. */
  readonly ofReference: boolean
  /** From the frame to the other picture, in pixels of full size. */
  readonly homography: Homography
  /** Levels by which the other picture is taken smaller, so that both have details of one size. */
  readonly levelsApart: number
}

/**
 * Lays two pictures over each other.
 * @param homography from reference to query, in pixels
 * @param middle the point of the reference where the scale counts
 * @returns undefined where the homography cannot be inverted or mirrors
 */
export function layOver (reference: Pyramid, query: Pyramid, homography: Homography, middle: Point): Overlay | undefined {
  const back = invert(homography)
  const scale = areaScale(homography, middle[0], middle[1])
  if (back === undefined || !(scale > 1e-4 && scale < 1e4)) return undefined
  const ofReference = scale >= 1
  const [frame, other] = ofReference ? [reference, query] : [query, reference]
  return { frame, other, ofReference, homography: ofReference ? homography : back, levelsApart: Math.round(Math.abs(Math.log2(scale)) / 2) }
}

/** The two planes of an overlay at a level of the frame, and the map between their pixels. */
export function atLevel ({ frame, other, homography, levelsApart }: Overlay, level: number): { readonly frame: GrayPlane, readonly other: GrayPlane, readonly map: Homography } {
  const frameLevel = Math.min(level, frame.length - 1)
  const otherLevel = Math.min(frameLevel + levelsApart, other.length - 1)
  return {
    frame: frame[frameLevel]!,
    other: other[otherLevel]!,
    map: compose(down(otherLevel), compose(homography, up(frameLevel)))
  }
}

/** The map at full size, of one between pixels at a level. */
export function fromLevel ({ frame, other, levelsApart }: Overlay, level: number, map: Homography): Homography {
  const frameLevel = Math.min(level, frame.length - 1)
  const otherLevel = Math.min(frameLevel + levelsApart, other.length - 1)
  return compose(up(otherLevel), compose(map, down(frameLevel)))
}

/** From full size to pixels at a level; the centre of the first pixel is at 0 in both. */
export function down (level: number): Homography {
  const s = 2 ** -level
  return scaling(s, s, (s - 1) / 2, (s - 1) / 2)
}

/** From pixels at a level to full size. */
export function up (level: number): Homography {
  const s = 2 ** level
  return scaling(s, s, (s - 1) / 2, (s - 1) / 2)
}
