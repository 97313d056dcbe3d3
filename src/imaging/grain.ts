// How restless a picture is from pixel to pixel: noise, grain and fine texture, but not gradients.
import { type DecodedImage } from './decoded-image.js'

/**
 * The median difference of about `samples` pixels to the pixel on their right, as the sum of absolute differences over
 * the three channels, 0..765; pixels that are transparent or at the right border are passed over. Flat drawings and
 * smooth gradients have 0 to 3, noise with a standard deviation of 3 per channel about 10, grass 40.
 */
export function measureGrain ({ data, width, height, channels }: DecodedImage, samples: number): number {
  const stride = Math.max(1, Math.floor(width * height / samples)) * channels
  const rowBytes = width * channels
  const counts = new Uint32Array(3 * 255 + 1)
  let total = 0
  for (let at = 0; at < data.length; at += stride) {
    const right = at + channels
    if (right % rowBytes === 0 || (channels === 4 && (data[at + 3] === 0 || data[right + 3] === 0))) continue
    const difference = Math.abs(data[at]! - data[right]!) + Math.abs(data[at + 1]! - data[right + 1]!) +
      Math.abs(data[at + 2]! - data[right + 2]!)
    counts[difference]! += 1
    total++
  }
  let below = 0
  return Math.max(0, counts.findIndex(count => (below += count) * 2 >= total))
}
