// Two pictures in, the areas in which they differ out: the whole way as a table of contents.
import type { GrayImage } from '../../imaging/gray-image.js'
import { type Homography, compose, identity, scaling, toPixels, toShares } from '../../imaging/homography.js'
import type { Plane, RgbImage } from '../../imaging/lab-planes.js'
import type { Region } from '../../imaging/regions.js'
import { greyPlane, shrinkPlane, shrinkRgb, sizeWithin } from '../../imaging/shrink.js'
import type { Scratch } from '../../imaging/scratch.js'
import { FINE_LEVELS, type Fit, alignBySize, backwards, createPyramid, refineFit, scoreOf } from './align.js'
import { compareExactly } from './exact.js'
import type { Outlined } from './outline.js'
import { chooseRoute } from './route.js'
import { type Frame, regionInFrame } from './shape.js'
import { boxUnder, compareTiles, fineSide } from './tiles.js'
import { compareInRegister } from './tolerant.js'

/** One difference: where it lies in each picture, in that picture's own pixels, and how strong it is. */
export interface Difference {
  readonly first: Region
  readonly second: Region
  /** The greatest colour distance, in CIELAB units. */
  readonly peak: number
}

export interface Comparison {
  readonly differences: readonly Difference[]
  /** False where the pictures could not be brought into register and were only brought to one size. */
  readonly aligned: boolean
}

/** What is known of how two pictures lie on each other: the fit by their sizes, and the map by features if there is one. */
export interface Register {
  readonly bySize: Fit
  /** From shares of the first picture's sides to shares of the second's. */
  readonly byFeatures: Homography | undefined
}

/** The wish for a map by features, which another thread finds, with small grey pictures for it. */
export interface FeaturesWanted {
  readonly bySize: Fit
  readonly first: GrayImage
  readonly second: GrayImage
}

/** The longer side at which pictures that are not of one frame are compared. */
export const WORKING_SIDE_PX = 1024

// A finer size has to be larger by so much to show more.
const MIN_ENLARGEMENT = 1.25

// Fits by size that leave this much unexplained may be beaten by features.
const GOOD_SHARE = 0.85
// What features have to gain.
const MIN_GAIN = 0.005
// Below these, what was found is not the same scene.
const MIN_SHARE = 0.35
const MIN_OVERLAP = 0.3
const MAX_ASPECT_CHANGE = 0.1
const MIN_SHARE_OF_OTHER_ASPECT = 0.9
const FEATURES_SIDE_PX = 512

/**
 * Compares two pictures of any sizes. Where their sizes do not tell how they lie on each other and `register` is not
 * given, it answers with the wish for features instead.
 */
export function compare (first: RgbImage, second: RgbImage, scratch: Scratch, register?: Register): Comparison | FeaturesWanted {
  if (register === undefined && first.width === second.width && first.height === second.height) {
    const agreement = chooseRoute(first, second)
    if (agreement.route === 'equal') return { differences: [], aligned: true }
    if (agreement.route === 'exact') {
      return { differences: compareExactly(first, second, agreement).map(({ region, peak }) => ({ first: region, second: region, peak })), aligned: true }
    }
  }
  const smallFirst = shrunk(first)
  const smallSecond = shrunk(second)
  const pyramid = createPyramid(greyPlane(smallFirst), greyPlane(smallSecond), scratch)
  const bySize = register?.bySize ?? alignBySize(pyramid)
  if (register === undefined && bySize.share < GOOD_SHARE) {
    return { bySize, first: toFeaturesSize(pyramid.first), second: toFeaturesSize(pyramid.second) }
  }
  const byFeatures = register?.byFeatures === undefined ? undefined : refineFit(pyramid, register.byFeatures, FINE_LEVELS)
  const featuresWin = byFeatures !== undefined && scoreOf(byFeatures) > scoreOf(bySize) + MIN_GAIN
  const fit = featuresWin ? byFeatures : bySize
  const aligned = isAligned(fit, featuresWin, first, second)
  const map = aligned ? fit.map : identity()
  const atWorkingSize = inOwnFrames(compareInRegister(smallFirst, smallSecond, map, scratch), smallFirst, smallSecond, map, { first, second })
  if (!aligned) return { differences: atWorkingSize, aligned }
  scratch.reset()
  return { differences: [...atWorkingSize, ...finerDifferences(first, second, map, atWorkingSize, scratch)], aligned }
}

/** What only shows at a larger size than the working size, where both pictures have one. */
function finerDifferences (first: RgbImage, second: RgbImage, map: Homography, known: readonly Difference[], scratch: Scratch): Difference[] {
  const side = fineSide(first, second)
  if (side < WORKING_SIDE_PX * MIN_ENLARGEMENT) return []
  const fineFirst = shrunk(first, side)
  const fineSecond = shrunk(second, side)
  const toFine = inFrame(first, fineFirst)
  const knownBoxes = known.map(difference => boxUnder(difference.first.box, toFine))
  return inOwnFrames(compareTiles(fineFirst, fineSecond, map, knownBoxes, scratch), fineFirst, fineSecond, map, { first, second })
}

/** Regions of a size at which both were compared, as differences in the pictures' own pixels. */
function inOwnFrames (found: readonly Outlined[], comparedFirst: Frame, comparedSecond: Frame, map: Homography, { first, second }: { readonly first: Frame, readonly second: Frame }): Difference[] {
  const toFirst = inFrame(first, comparedFirst)
  const toSecond = compose(inFrame(comparedSecond, comparedFirst, map), inFrame(second, comparedSecond))
  return found.flatMap(({ region, peak }) => {
    const inFirst = regionInFrame(region, toFirst, first)
    const inSecond = regionInFrame(region, toSecond, second)
    return inFirst === undefined || inSecond === undefined ? [] : [{ first: inFirst, second: inSecond, peak }]
  })
}

function toFeaturesSize (plane: Plane): GrayImage {
  const { width, height } = sizeWithin(plane.width, plane.height, FEATURES_SIDE_PX)
  return { data: Uint8Array.from(shrinkPlane(plane, width, height).data, Math.round), width, height }
}

function shrunk (image: RgbImage, side = WORKING_SIDE_PX): RgbImage {
  const { width, height } = sizeWithin(image.width, image.height, side)
  return shrinkRgb(image, width, height)
}

/** From pixels of one frame to pixels of another whose shares are mapped to the first's by `map`. */
function inFrame (from: Frame, to: Frame, map?: Homography): Homography {
  const shares = map === undefined ? scaling(1, 1) : backwards(map)
  return compose(toPixels(to.width, to.height), compose(shares, toShares(from.width, from.height)))
}

function isAligned ({ share, overlap }: Fit, byFeatures: boolean, first: Frame, second: Frame): boolean {
  const aspects = (first.width / first.height) / (second.width / second.height)
  const sameAspect = Math.max(aspects, 1 / aspects) <= 1 + MAX_ASPECT_CHANGE
  return share > MIN_SHARE && overlap > MIN_OVERLAP && (byFeatures || sameAspect || share >= MIN_SHARE_OF_OTHER_ASPECT)
}
