// Cuts a frame at any angle out of a picture and lays it straight.
import type { DecodedImage } from './decoded-image.js'
import type { Quad } from './quad.js'

// More samples than this for each pixel change nothing that a reader of letters would notice.
const MAX_SAMPLES = 4

/**
 * The part of a picture inside a parallelogram, as an upright RGB picture of the given size. Where several source
 * pixels fall on one they are averaged, otherwise neighbours are mixed linearly; beyond the picture its edge goes on.
 * @param quad in pixels of `image` (not of its original), pixel (0, 0) covering the square from (0, 0) to (1, 1)
 */
export function rectify (image: DecodedImage, quad: Quad, width: number, height: number): DecodedImage {
  const [origin, right, , down] = quad
  const stepX = { x: (right.x - origin.x) / width, y: (right.y - origin.y) / width }
  const stepY = { x: (down.x - origin.x) / height, y: (down.y - origin.y) / height }
  const acrossSamples = samplesFor(Math.hypot(stepX.x, stepX.y))
  const downSamples = samplesFor(Math.hypot(stepY.x, stepY.y))
  const data = new Uint8Array(width * height * 3)
  const scale = 1 / (acrossSamples * downSamples)
  const sum = new Float64Array(3)
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      sum.fill(0)
      for (let j = 0; j < downSamples; j++) {
        const v = y + (j + 0.5) / downSamples
        for (let i = 0; i < acrossSamples; i++) {
          const u = x + (i + 0.5) / acrossSamples
          addSample(image, origin.x + u * stepX.x + v * stepY.x - 0.5, origin.y + u * stepX.y + v * stepY.y - 0.5, sum)
        }
      }
      data[to++] = Math.round(sum[0]! * scale)
      data[to++] = Math.round(sum[1]! * scale)
      data[to++] = Math.round(sum[2]! * scale)
    }
  }
  return { data, width, height, channels: 3, original: { width, height } }
}

function samplesFor (sourcePixels: number): number {
  return Math.max(1, Math.min(MAX_SAMPLES, Math.round(sourcePixels)))
}

function addSample ({ data, width, height, channels }: DecodedImage, x: number, y: number, sum: Float64Array): void {
  const cx = x < 0 ? 0 : x > width - 1 ? width - 1 : x
  const cy = y < 0 ? 0 : y > height - 1 ? height - 1 : y
  const left = Math.floor(cx)
  const top = Math.floor(cy)
  const fx = cx - left
  const fy = cy - top
  const a = (top * width + left) * channels
  const b = left + 1 < width ? a + channels : a
  const below = top + 1 < height ? width * channels : 0
  const wa = (1 - fx) * (1 - fy)
  const wb = fx * (1 - fy)
  const wc = (1 - fx) * fy
  const wd = fx * fy
  sum[0]! += wa * data[a]! + wb * data[b]! + wc * data[a + below]! + wd * data[b + below]!
  sum[1]! += wa * data[a + 1]! + wb * data[b + 1]! + wc * data[a + below + 1]! + wd * data[b + below + 1]!
  sum[2]! += wa * data[a + 2]! + wb * data[b + 2]! + wc * data[a + below + 2]! + wd * data[b + below + 2]!
}
