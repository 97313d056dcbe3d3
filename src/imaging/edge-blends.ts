// Whether a pixel is a mixture that anti-aliasing or resampling made along the edge of two flat regions.
import { type DecodedImage } from './decoded-image.js'

// Differences in rough lightness, 0..255. Neighbours within SAME belong to one flat region, with room for JPEG noise
// and the ripple of a sharp resampling kernel.
const SAME = 8
// Sums of absolute differences over the three channels: how far a blend is at least from both ends, and at most from
// the straight line between them.
const APART = 24
const ASTRAY = 24
// A bridge of one to three pixels is seen; the regions at its ends must be flat for one pixel more.
const REACH = 3

/**
 * Whether the colour of the pixel at (x, y) lies between those of two flat regions to its left and right, or above and
 * below it. Such a colour is not one of the picture's own. False for a thin line between two equal regions, for
 * gradients and for most texture, and within three pixels of the border in the direction looked at.
 */
export function isEdgeBlend (image: DecodedImage, x: number, y: number): boolean {
  const { data, width, height, channels } = image
  const at = (y * width + x) * channels
  return (x >= REACH && x < width - REACH && bridges(data, at, channels)) ||
    (y >= REACH && y < height - REACH && bridges(data, at, channels * width))
}

/** The same along one direction; `at` and `step` in bytes. */
function bridges (data: Uint8Array, at: number, step: number): boolean {
  const here = lightness(data, at)
  const before = lightness(data, at - 2 * step)
  const climb = here - before
  if (climb <= SAME && climb >= -SAME) return false
  const after = lightness(data, at + 2 * step)
  if (climb > 0 ? after - here <= SAME : here - after <= SAME) return false
  return isFlat(data, at - 2 * step, step, before) && isFlat(data, at + 2 * step, step, after) &&
    liesBetween(data, at, 2 * step)
}

/** Weights that differ so that unequal colours of equal lightness are rare. */
function lightness (data: Uint8Array, at: number): number {
  return (5 * data[at]! + 9 * data[at + 1]! + 2 * data[at + 2]!) >> 4
}

function isFlat (data: Uint8Array, at: number, step: number, here: number): boolean {
  return Math.abs(lightness(data, at - step) - here) <= SAME || Math.abs(lightness(data, at + step) - here) <= SAME
}

function liesBetween (data: Uint8Array, at: number, step: number): boolean {
  const toBefore = distance(data, at, at - step)
  const toAfter = distance(data, at, at + step)
  return toBefore > APART && toAfter > APART && toBefore + toAfter <= distance(data, at - step, at + step) + ASTRAY
}

function distance (data: Uint8Array, first: number, second: number): number {
  return Math.abs(data[first]! - data[second]!) + Math.abs(data[first + 1]! - data[second + 1]!) +
    Math.abs(data[first + 2]! - data[second + 2]!)
}
