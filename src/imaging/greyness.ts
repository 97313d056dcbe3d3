// Whether a picture is in black and white: no net is needed to see that.
import type { DecodedImage } from './decoded-image.js'

// Of a channel's 256 steps: what compression leaves of colour in a grey photograph.
const MOST_COLOUR = 8
const LEAST_SHARE = 0.995
// Of grey values: a blank page is no black-and-white picture.
const LEAST_DEVIATION = 20

/** True for a picture with next to no coloured pixel and with light and shade. */
export function isBlackAndWhite ({ data, width, height, channels }: DecodedImage): boolean {
  const pixels = width * height
  let coloured = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < pixels * channels; i += channels) {
    const red = data[i]!
    const green = data[i + 1]!
    const blue = data[i + 2]!
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > MOST_COLOUR && ++coloured > (1 - LEAST_SHARE) * pixels) return false
    sum += green
    squares += green * green
  }
  return Math.sqrt(Math.max(0, squares / pixels - (sum / pixels) ** 2)) >= LEAST_DEVIATION
}
