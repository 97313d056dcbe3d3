// Two pictures that need not be in register or in one light: the stages in their order.
import type { Homography } from '../../imaging/homography.js'
import { type RgbImage, labPlanes } from '../../imaging/lab-planes.js'
import { dilateMask } from '../../imaging/regions.js'
import type { Scratch } from '../../imaging/scratch.js'
import { warpRgb } from '../../imaging/warp.js'
import { inPixels } from './align.js'
import { findEvidence, halveMask } from './detect.js'
import { fitLight, levelsUnder } from './light.js'
import { type Outlined, outline, plainDistance } from './outline.js'
import { removeSlowResidual } from './residual-field.js'
import { equalizeSharpness } from './sharpness.js'
import { isDisplaced, isMovedEdge, standsOut } from './verify.js'

// A map that moves no corner further is none.
const STILL_PX = 0.02
// What is mixed at the border of the second picture is not to be trusted.
const BORDER_PX = 2
const FRAME_PX = 2

/**
 * The differences of two pictures at working size, in pixels of the first.
 * @param map from shares of the first picture's sides to shares of the second's
 */
export function compareInRegister (first: RgbImage, second: RgbImage, map: Homography, scratch: Scratch): Outlined[] {
  const { width, height } = first
  const { image: warped, inside } = seenFrom(first, second, map)
  const masks = { full: inside, half: halveMask(inside, width, height) }
  const light = fitLight(first, warped, inside)
  const pair = equalizeSharpness(
    labPlanes(first, scratch),
    labPlanes(warped, scratch, light === undefined ? undefined : levelsUnder(light, first, warped)),
    inside, scratch
  )
  removeSlowResidual(pair.first, pair.second, masks, scratch)
  const evidence = findEvidence(pair.first, pair.second, masks, scratch)
  const distance = plainDistance(pair.first, pair.second, scratch)
  return evidence.regions
    .filter(region => standsOut(region, evidence, width) && !isDisplaced(region, pair.first, pair.second, evidence))
    .map(region => outline(region, distance, evidence.noise, inside, width, height))
    .filter(({ region }) => !isMovedEdge(region, pair.first.lightness, pair.second.lightness))
}

/** The second picture in the first's frame, and where it is to be trusted. */
function seenFrom (first: RgbImage, second: RgbImage, map: Homography): { readonly image: RgbImage, readonly inside: Uint8Array } {
  const { width, height } = first
  const pixels = inPixels(map, first, second)
  if (width === second.width && height === second.height && movesNothing(pixels, width, height)) {
    return { image: second, inside: new Uint8Array(width * height).fill(1) }
  }
  const { image, inside } = warpRgb(second, pixels, width, height)
  const outside = dilateMask(inside.map(seen => seen ^ 1), width, height, BORDER_PX)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const framed = x >= FRAME_PX && y >= FRAME_PX && x < width - FRAME_PX && y < height - FRAME_PX
      inside[at] = framed && outside[at] === 0 ? 1 : 0
    }
  }
  return { image, inside }
}

function movesNothing (map: Homography, width: number, height: number): boolean {
  return [[0, 0], [width, 0], [0, height], [width, height]].every(corner => {
    const [x, y] = corner as [number, number]
    const w = map[6]! * x + map[7]! * y + map[8]!
    return Math.hypot((map[0]! * x + map[1]! * y + map[2]!) / w - x, (map[3]! * x + map[4]! * y + map[5]!) / w - y) < STILL_PX
  })
}
