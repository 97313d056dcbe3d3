// Whether a pixel that differs is only smoothed otherwise, as letters and curves are by another renderer.
import { type RgbImage, writeLab } from '../../imaging/lab-planes.js'

// A smoothed pixel's lightness lies within what the other picture has around it, give or take this.
const RANGE_SLACK = 4

/**
 * Makes the test for the pixel at (x, y) of two pictures of one size: true if in one of them it lies between a darker
 * and a lighter neighbour of which one has many pixels like itself around it in both pictures, if it has few equal
 * neighbours, and if its lightness lies within that of the other picture's 3 x 3 pixels.
 * Source: V. Vyšniauskas, "Anti-aliased pixel and intensity slope detector", 2009, as pixelmatch made it popular.
 */
export function createAntiAliasing (first: RgbImage, second: RgbImage): (x: number, y: number) => boolean {
  return (x, y) => (isBetween(first, second, x, y) || isBetween(second, first, x, y)) && isWithinSurroundings(first, second, x, y)
}

/** Whether the lightness of either picture at (x, y) lies within that of the other's 3 x 3 pixels. */
export function isWithinSurroundings (first: RgbImage, second: RgbImage, x: number, y: number): boolean {
  return withinRange(first, second, x, y) && withinRange(second, first, x, y)
}

function isBetween (image: RgbImage, other: RgbImage, x: number, y: number): boolean {
  const here = lumaAt(image, x, y)
  let equal = onBorder(image, x, y) ? 1 : 0
  let darkest = 0
  let darkestX = 0
  let darkestY = 0
  let lightest = 0
  let lightestX = 0
  let lightestY = 0
  for (let ny = Math.max(0, y - 1); ny <= Math.min(image.height - 1, y + 1); ny++) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(image.width - 1, x + 1); nx++) {
      if (nx === x && ny === y) continue
      const step = lumaAt(image, nx, ny) - here
      if (step === 0) {
        if (++equal > 2) return false
      } else if (step < darkest) {
        darkest = step
        darkestX = nx
        darkestY = ny
      } else if (step > lightest) {
        lightest = step
        lightestX = nx
        lightestY = ny
      }
    }
  }
  if (darkest === 0 || lightest === 0) return false
  return (hasManyLike(image, darkestX, darkestY) && hasManyLike(other, darkestX, darkestY)) ||
    (hasManyLike(image, lightestX, lightestY) && hasManyLike(other, lightestX, lightestY))
}

function hasManyLike ({ data, width, height }: RgbImage, x: number, y: number): boolean {
  const at = (y * width + x) * 3
  let like = x === 0 || y === 0 || x === width - 1 || y === height - 1 ? 1 : 0
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
      if (nx === x && ny === y) continue
      const to = (ny * width + nx) * 3
      if (data[at] === data[to] && data[at + 1] === data[to + 1] && data[at + 2] === data[to + 2] && ++like > 2) return true
    }
  }
  return false
}

function onBorder ({ width, height }: RgbImage, x: number, y: number): boolean {
  return x === 0 || y === 0 || x === width - 1 || y === height - 1
}

function lumaAt ({ data, width }: RgbImage, x: number, y: number): number {
  const at = (y * width + x) * 3
  return 77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!
}

const lab = new Float64Array(3)

function lightnessAt ({ data, width }: RgbImage, x: number, y: number): number {
  const at = (y * width + x) * 3
  writeLab(data[at]!, data[at + 1]!, data[at + 2]!, lab, 0)
  return lab[0]!
}

function withinRange (image: RgbImage, other: RgbImage, x: number, y: number): boolean {
  const here = lightnessAt(image, x, y)
  let least = Infinity
  let most = -Infinity
  for (let ny = Math.max(0, y - 1); ny <= Math.min(other.height - 1, y + 1); ny++) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(other.width - 1, x + 1); nx++) {
      const lightness = lightnessAt(other, nx, ny)
      if (lightness < least) least = lightness
      if (lightness > most) most = lightness
    }
  }
  return here >= least - RANGE_SLACK && here <= most + RANGE_SLACK
}
