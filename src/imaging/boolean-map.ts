// A classic way to guess what draws the eye, without a net: regions that a threshold cuts out whole, inside the picture.
import type { DecodedImage } from './decoded-image.js'
import { type InterestMap, blurMap } from './interest-map.js'

// Of 256 levels of each channel. Finer steps change nothing that is seen.
const THRESHOLD_STEP = 16
// Shares of the longer side, and of each side.
const BLUR = 0.03
const CENTRE_SIGMA = 0.3

/**
 * The mean of all boolean maps, weighted towards the middle: each channel is cut at every threshold, both ways, and what
 * hangs together with the picture's edge is left out (J. Zhang and S. Sclaroff, Saliency Detection: A Boolean Map
 * Approach, ICCV 2013). Channels are luminance and two opponent colours. One cell a pixel: give it a small picture, of
 * about a hundred pixels a side. Alpha is left out. A flat picture gives a map of 0.
 */
export function booleanMap (image: DecodedImage): InterestMap {
  const { width, height } = image
  const sum = new Float32Array(width * height)
  const selected = new Uint8Array(width * height)
  const stack = new Int32Array(width * height)
  for (const channel of opponentChannels(image)) {
    for (let threshold = THRESHOLD_STEP; threshold < 256; threshold += THRESHOLD_STEP) {
      for (const above of [true, false]) {
        for (let i = 0; i < selected.length; i++) selected[i] = (channel[i]! >= threshold) === above ? 1 : 0
        clearFromEdges(selected, width, height, stack)
        // Small regions count more: each boolean map weighs the same, whatever its area.
        let area = 0
        for (const bit of selected) area += bit
        if (area === 0) continue
        const weight = 1 / Math.sqrt(area)
        for (let i = 0; i < selected.length; i++) if (selected[i] === 1) sum[i] = sum[i]! + weight
      }
    }
  }
  const blurred = blurMap({ values: sum, width, height }, Math.max(0.5, BLUR * Math.max(width, height)))
  return { ...blurred, values: blurred.values.map((value, i) => value * centreWeight(i % width, Math.floor(i / width), width, height)) }
}

function centreWeight (x: number, y: number, width: number, height: number): number {
  const dx = ((x + 0.5) / width - 0.5) / CENTRE_SIGMA
  const dy = ((y + 0.5) / height - 0.5) / CENTRE_SIGMA
  return Math.exp(-(dx * dx + dy * dy) / 2)
}

/** Luminance, red against green, blue against yellow: bytes, 128 is neutral. */
function opponentChannels ({ data, width, height, channels }: DecodedImage): Uint8Array[] {
  const luminance = new Uint8Array(width * height)
  const redGreen = new Uint8Array(width * height)
  const blueYellow = new Uint8Array(width * height)
  for (let i = 0, at = 0; i < luminance.length; i++, at += channels) {
    const red = data[at]!
    const green = data[at + 1]!
    const blue = data[at + 2]!
    luminance[i] = 0.299 * red + 0.587 * green + 0.114 * blue
    redGreen[i] = 128 + (red - green) / 2
    blueYellow[i] = 128 + (2 * blue - red - green) / 4
  }
  return [luminance, redGreen, blueYellow]
}

/** Clears every selected region that touches an edge (4 neighbours). */
function clearFromEdges (selected: Uint8Array, width: number, height: number, stack: Int32Array): void {
  let top = 0
  const clear = (i: number): void => {
    if (selected[i] === 1) {
      selected[i] = 0
      stack[top++] = i
    }
  }
  for (let x = 0; x < width; x++) {
    clear(x)
    clear((height - 1) * width + x)
  }
  for (let y = 0; y < height; y++) {
    clear(y * width)
    clear(y * width + width - 1)
  }
  while (top > 0) {
    const i = stack[--top]!
    const x = i % width
    if (x > 0) clear(i - 1)
    if (x < width - 1) clear(i + 1)
    if (i >= width) clear(i - width)
    if (i < width * (height - 1)) clear(i + width)
  }
}
