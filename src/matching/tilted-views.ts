// A picture as it would look from the side, so that points are found again under strong tilt (Morel and Yu's ASIFT,
// 2009, with one tilt).
import type { GrayImage } from '../imaging/gray-image.js'
import type { View } from './matches.js'
import type { Features } from './features.js'
import type { Warp } from './opencv-images.js'

/** Directions of the tilt, in degrees. */
export const TILT_DIRECTIONS = [0, 45, 90, 135] as const
const TILT = 2
/** Blur along the squeezed direction before it is squeezed: 0.8 √(tilt² - 1). */
const SIGMA = 1.39
const REACH = 3

/** The view of a picture turned by some degrees and then squeezed to half its width, with its points. */
export function tiltedView (image: GrayImage, degrees: number, warp: Warp, detect: (view: GrayImage) => Features): View {
  const { view, toPicture } = tilt(image, degrees, warp)
  return { features: insideOnly(detect(view), toPicture, image), toPicture }
}

/** The tilted picture, and the affine map from its pixels to the picture's. */
export function tilt (image: GrayImage, degrees: number, warp: Warp): { readonly view: GrayImage, readonly toPicture: Float64Array } {
  const angle = degrees * Math.PI / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const width = Math.ceil((image.width * Math.abs(cos) + image.height * Math.abs(sin)) / TILT)
  const height = Math.ceil(image.width * Math.abs(sin) + image.height * Math.abs(cos))
  const [cx, cy] = [(image.width - 1) / 2, (image.height - 1) / 2]
  // Column u and row v of the view, from its middle: along (cos, sin) by TILT a pixel, along (-sin, cos) by 1.
  const [a, b, d, e] = [TILT * cos, -sin, TILT * sin, cos]
  const toPicture = Float64Array.of(a, b, cx - a * (width - 1) / 2 - b * (height - 1) / 2, d, e, cy - d * (width - 1) / 2 - e * (height - 1) / 2)
  // The turned picture at full width, with room for the kernel on both sides; then each second column, blurred.
  const wide = TILT * (width - 1) + 1 + 2 * REACH
  const { data } = warp(image, Float64Array.of(a / TILT, b, toPicture[2]! - REACH * a / TILT, d / TILT, e, toPicture[5]! - REACH * d / TILT), wide, height)
  const kernel = squeezeKernel()
  const view = new Uint8Array(width * height)
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const at = v * wide + TILT * u
      let value = 0.5
      for (let k = 0; k < kernel.length; k++) value += kernel[k]! * data[at + k]!
      view[v * width + u] = value
    }
  }
  return { view: { data: view, width, height }, toPicture }
}

function squeezeKernel (): Float64Array {
  const taps = Float64Array.from({ length: 2 * REACH + 1 }, (_, k) => Math.exp(-((k - REACH) ** 2) / (2 * SIGMA ** 2)))
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map(tap => tap / sum)
}

/** Points at the edge of the turned picture are its own corners and edges, not the scene's. */
const EDGE_PX = 8

function insideOnly (features: Features, m: Float64Array, { width, height }: GrayImage): Features {
  const kept = Array.from(features.x.keys()).filter(i => {
    const x = m[0]! * features.x[i]! + m[1]! * features.y[i]! + m[2]!
    const y = m[3]! * features.x[i]! + m[4]! * features.y[i]! + m[5]!
    return x > EDGE_PX && y > EDGE_PX && x < width - EDGE_PX && y < height - EDGE_PX
  })
  const pick = (column: Float32Array): Float32Array => Float32Array.from(kept, i => column[i]!)
  const descriptors = new Uint8Array(kept.length * features.bytes)
  kept.forEach((i, to) => descriptors.set(features.descriptors.subarray(i * features.bytes, (i + 1) * features.bytes), to * features.bytes))
  return { ...features, count: kept.length, x: pick(features.x), y: pick(features.y), size: pick(features.size), angle: pick(features.angle), descriptors }
}
