// The engine as the bench asks it: in this thread, without the OpenCV threads (what features could add is not measured).
import { alignBySize, createPyramid, inPixels } from '../../dist/engines/differences/align.js'
import { compare } from '../../dist/engines/differences/compare.js'
import { createScratch } from '../../dist/imaging/scratch.js'
import { greyPlane } from '../../dist/imaging/shrink.js'
import { warpRgb } from '../../dist/imaging/warp.js'

const scratch = createScratch(96e6)

/** The differences of two pictures. */
export function differences (first, second) {
  const ask = register => {
    try {
      return compare(first, second, scratch, register)
    } finally {
      scratch.reset()
    }
  }
  const found = ask(undefined)
  return ('bySize' in found ? ask({ bySize: found.bySize, byFeatures: undefined }) : found).differences
}

/** The second picture in the first's frame, by our alignment. */
export function aligned (first, second) {
  const { map } = alignBySize(createPyramid(greyPlane(first), greyPlane(second), scratch))
  const { image } = warpRgb(second, inPixels(map, first, second), first.width, first.height)
  scratch.reset()
  return image
}

/** The boxes of differences in the first picture, or in the second. */
export function boxes (found, which = 'first') {
  return found.map(difference => difference[which].box)
}
