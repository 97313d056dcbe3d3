// How near one picture is to another: whether it shows what the other shows, how surely, and by which homography.
import type { DecodedImage } from '../imaging/decoded-image.js'
import { toGray } from '../imaging/gray-image.js'
import { type Homography, identity } from '../imaging/homography.js'
import type { ShareBox } from '../matching/matched-area.js'
import type { Matcher } from '../matching/matcher.js'
import { WORKING_SIDE_PX, workingSize } from '../matching/working-size.js'

/** A match; undefined stands for none. */
export interface PictureMatch {
  /** From the reference to the query, in shares of their sides; the last coefficient is 1. */
  readonly homography: Homography
  /** 0 for equal pixels, below 1 for every match. */
  readonly distance: number
  /** How surely it is a match, 0..1: of matches with .9, nine in ten are right. */
  readonly strength: number
  /** How alike both are where they overlap, before that is weighed with the other signs: a correlation, 0..1. */
  readonly likeness: number
  readonly referenceBox: ShareBox
  readonly queryBox: ShareBox
}

export interface PictureDistance {
  /** The size to decode pictures to; smaller ones are enlarged by the engine. */
  readonly size: { readonly width: number, readonly height: number, readonly fit: 'inside' }
  /** The size at which a picture of the given size is compared. */
  resized (original: DecodedImage['original']): { readonly width: number, readonly height: number }
  /** Compares two pictures without alpha. @throws Failure deadline_passed, busy */
  compare (reference: DecodedImage, query: DecodedImage, options: { readonly allowMirror: boolean }): Promise<PictureMatch | undefined>
}

const WHOLE: ShareBox = { left: 0, top: 0, right: 1, bottom: 1 }
/** Log-odds that make the distance fall by a factor of e, and the most for a match. */
const DISTANCE_SLOPE = 1.6
const MAX_DISTANCE = 0.99

/** Makes the engine over a matcher. */
export function createPictureDistance (matcher: Matcher): PictureDistance {
  return {
    size: { width: WORKING_SIDE_PX, height: WORKING_SIDE_PX, fit: 'inside' },
    resized: workingSize,
    async compare (reference, query, options) {
      if (equalPixels(reference, query)) {
        return { homography: identity(), distance: 0, strength: 1, likeness: 1, referenceBox: WHOLE, queryBox: WHOLE }
      }
      const finding = await matcher.match(toGray(reference), toGray(query), options)
      if (finding === undefined || finding.logit <= 0) return undefined
      const { homography, logit, evidence, referenceBox, queryBox } = finding
      return {
        homography,
        distance: Math.min(MAX_DISTANCE, 2 / (1 + Math.exp(logit / DISTANCE_SLOPE))),
        strength: 1 / (1 + Math.exp(-logit)),
        likeness: Math.min(1, Math.max(0, evidence.meanAll)),
        referenceBox,
        queryBox
      }
    }
  }
}

function equalPixels (a: DecodedImage, b: DecodedImage): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels && Buffer.compare(a.data, b.data) === 0
}
