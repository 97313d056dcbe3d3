// Two pictures that need not be in register or in one light: the stages in their order.
import type { Homography } from '../../imaging/homography.js'
import { type RgbImage, labPlanes } from '../../imaging/lab-planes.js'
import { dilateMask } from '../../imaging/regions.js'
import type { Scratch } from '../../imaging/scratch.js'
import { halveMask } from '../../imaging/shrink.js'
import { warpRgb } from '../../imaging/warp.js'
import { inPixels } from './align.js'
import { findEvidence } from './detect.js'
import { fitLight, levelsUnder } from './light.js'
import { type Outlined, LEAST_SEEN, createDistance, outline } from './outline.js'
import { removeSlowResidual } from './residual-field.js'
import { equalizeSharpness } from './sharpness.js'
import { isDisplaced, isMovedEdge, standsOut } from './verify.js'

// A map that moves no corner further is none.
const STILL_PX = 0.02
// What is mixed at the border of the second picture is not to be trusted: the blur before comparing carries it two pixels
// further, the least and the greatest around one more.
const BORDER_PX = 3
const FRAME_PX = 3

/**
 * The differences of two pictures at working size, in pixels of the first.
 * @param map from shares of the first picture's sides to shares of the second's
 */
export function compareInRegister (first: RgbImage, second: RgbImage, map: Homography, scratch: Scratch): Outlined[] {
  return compareSeen(first, seenFrom(first, second, inPixels(map, first, second)), scratch)
}

/** The second picture in the first's frame, and where it is to be trusted. */
export interface Seen {
  readonly image: RgbImage
  readonly inside: Uint8Array
}

/** The same of a second picture that is in the first's frame already. */
export function compareSeen (first: RgbImage, { image: warped, inside }: Seen, scratch: Scratch): Outlined[] {
  const { width, height } = first
  const masks = { full: inside, half: halveMask(inside, width, height) }
  const light = fitLight(first, warped, inside)
  const read = light === undefined ? undefined : levelsUnder(light, first, warped)
  const pair = equalizeSharpness(labPlanes(first, scratch), labPlanes(warped, scratch, read), inside, scratch)
  removeSlowResidual(pair.first, pair.second, masks, scratch)
  const evidence = findEvidence(pair.first, pair.second, masks, scratch)
  const distance = createDistance(first, warped, pair, read)
  return evidence.regions
    .filter(region => standsOut(region, evidence, width) && !isDisplaced(region, pair.first, pair.second, evidence))
    .map(region => outline(region, distance, evidence.noise, inside, width, height))
    .filter(({ region, peak }) => peak >= LEAST_SEEN && !isMovedEdge(region, evidence, pair.first.lightness, pair.second.lightness))
}

/**
 * Brings the second picture into the first's frame.
 * @param map from pixels of the first to pixels of the second
 */
export function seenFrom (first: { readonly width: number, readonly height: number }, second: RgbImage, map: Homography): Seen {
  const { width, height } = first
  if (width === second.width && height === second.height && movesNothing(map, width, height)) {
    return { image: second, inside: new Uint8Array(width * height).fill(1) }
  }
  const { image, inside } = warpRgb(second, map, width, height)
  return { image, inside: trusted(inside, width, height) }
}

/** A mask without what lies near its border or that of the frame. */
function trusted (inside: Uint8Array, width: number, height: number): Uint8Array {
  const near = dilateMask(inside.map(seen => seen ^ 1), width, height, BORDER_PX)
  for (let at = 0; at < near.length; at++) near[at]! ^= 1
  near.fill(0, 0, FRAME_PX * width)
  near.fill(0, Math.max(0, height - FRAME_PX) * width)
  for (let y = 0; y < height; y++) {
    near.fill(0, y * width, y * width + Math.min(width, FRAME_PX))
    near.fill(0, y * width + Math.max(0, width - FRAME_PX), (y + 1) * width)
  }
  return near
}

function movesNothing (map: Homography, width: number, height: number): boolean {
  return [[0, 0], [width, 0], [0, height], [width, height]].every(corner => {
    const [x, y] = corner as [number, number]
    const w = map[6]! * x + map[7]! * y + map[8]!
    return Math.hypot((map[0]! * x + map[1]! * y + map[2]!) / w - x, (map[3]! * x + map[4]! * y + map[5]!) / w - y) < STILL_PX
  })
}
