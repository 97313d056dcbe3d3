// Two pictures in, the areas in which they differ out: the whole way as a table of contents.
import { identity } from '../../imaging/homography.js'
import type { RgbImage } from '../../imaging/lab-planes.js'
import type { Region } from '../../imaging/regions.js'
import { compareExactly } from './exact.js'
import { chooseRoute } from './route.js'

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

/** Compares two pictures of any sizes. */
export function compare (first: RgbImage, second: RgbImage): Comparison {
  if (first.width === second.width && first.height === second.height) {
    const { route, differentShare } = chooseRoute(first, second)
    if (route === 'equal') return { differences: [], aligned: true }
    return { differences: compareExactly(first, second, differentShare).map(({ region, peak }) => ({ first: region, second: region, peak })), aligned: true }
  }
  identity()
  return { differences: [], aligned: false }
}
