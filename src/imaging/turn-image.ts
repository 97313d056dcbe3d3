// A picture turned by quarters, and where its points were before.
import type { DecodedImage } from './decoded-image.js'
import type { Point } from './quad.js'

/** How far clockwise. */
export type QuarterTurns = 0 | 1 | 2 | 3

/** The picture turned; its original counts as turned too. */
export function turnImage (image: DecodedImage, turns: QuarterTurns): DecodedImage {
  if (turns === 0) return image
  const { data: source, width, height, channels, original } = image
  const isSwapped = turns !== 2
  const data = new Uint8Array(source.length)
  // What one step to the right and one step down in the picture are in the turned one.
  const across = turns === 1 ? height : turns === 2 ? -1 : -height
  const down = turns === 1 ? -1 : turns === 2 ? -width : 1
  const start = turns === 1 ? height - 1 : turns === 2 ? width * height - 1 : (width - 1) * height
  let from = 0
  for (let y = 0; y < height; y++) {
    let to = (start + y * down) * channels
    for (let x = 0; x < width; x++, to += across * channels) {
      for (let channel = 0; channel < channels; channel++) data[to + channel] = source[from++]!
    }
  }
  return {
    data,
    channels,
    width: isSwapped ? height : width,
    height: isSwapped ? width : height,
    original: isSwapped ? { width: original.height, height: original.width } : original
  }
}

/** Where a point of a turned picture was in the picture of this size before. */
export function turnBack ({ x, y }: Point, { width, height }: DecodedImage['original'], turns: QuarterTurns): Point {
  if (turns === 1) return { x: y, y: height - x }
  if (turns === 2) return { x: width - x, y: height - y }
  return turns === 3 ? { x: width - y, y: x } : { x, y }
}
