// Cuts a frame at any angle out of a picture and lays it straight.
import type { DecodedImage } from './decoded-image.js'
import type { Quad } from './quad.js'

// More samples than this for each pixel change nothing that a reader of letters would notice.
const MAX_SAMPLES = 4
// One sample is enough for so much more than a pixel; squeezed by a quarter, letters read at one sample lose thin strokes.
const SLACK = 0.25

/**
 * The part of a picture inside a parallelogram, as an upright RGB picture of the given size. Where several source
 * pixels fall on one they are averaged, otherwise neighbours are mixed linearly; beyond the picture its edge goes on.
 * @param quad in pixels of `image` (not of its original), pixel (0, 0) covering the square from (0, 0) to (1, 1)
 */
export function rectify (image: DecodedImage, quad: Quad, width: number, height: number): DecodedImage {
  const { data: source, channels } = image
  const [origin, right, , down] = quad
  const stepX = { x: (right.x - origin.x) / width, y: (right.y - origin.y) / width }
  const stepY = { x: (down.x - origin.x) / height, y: (down.y - origin.y) / height }
  const acrossSamples = samplesFor(Math.hypot(stepX.x, stepX.y))
  const downSamples = samplesFor(Math.hypot(stepY.x, stepY.y))
  const lastX = image.width - 1
  const lastY = image.height - 1
  const stride = image.width * channels
  const data = new Uint8Array(width * height * 3)
  const scale = 1 / (acrossSamples * downSamples)
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let red = 0
      let green = 0
      let blue = 0
      for (let j = 0; j < downSamples; j++) {
        const v = y + (j + 0.5) / downSamples
        for (let i = 0; i < acrossSamples; i++) {
          const u = x + (i + 0.5) / acrossSamples
          const atX = origin.x + u * stepX.x + v * stepY.x - 0.5
          const atY = origin.y + u * stepX.y + v * stepY.y - 0.5
          const cx = atX < 0 ? 0 : atX > lastX ? lastX : atX
          const cy = atY < 0 ? 0 : atY > lastY ? lastY : atY
          // Places are not negative: this is the floor.
          const left = cx | 0
          const top = cy | 0
          const fx = cx - left
          const fy = cy - top
          const a = top * stride + left * channels
          const b = left < lastX ? a + channels : a
          const below = top < lastY ? stride : 0
          const wa = (1 - fx) * (1 - fy)
          const wb = fx * (1 - fy)
          const wc = (1 - fx) * fy
          const wd = fx * fy
          red += wa * source[a]! + wb * source[b]! + wc * source[a + below]! + wd * source[b + below]!
          green += wa * source[a + 1]! + wb * source[b + 1]! + wc * source[a + below + 1]! + wd * source[b + below + 1]!
          blue += wa * source[a + 2]! + wb * source[b + 2]! + wc * source[a + below + 2]! + wd * source[b + below + 2]!
        }
      }
      // Stored, it loses its fraction.
      data[to++] = red * scale + 0.5
      data[to++] = green * scale + 0.5
      data[to++] = blue * scale + 0.5
    }
  }
  return { data, width, height, channels: 3, original: { width, height } }
}

function samplesFor (sourcePixels: number): number {
  return Math.max(1, Math.min(MAX_SAMPLES, Math.ceil(sourcePixels - SLACK)))
}
