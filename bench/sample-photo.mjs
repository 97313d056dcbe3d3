// The picture of the benchmarks: the photograph of the fixtures at 2 megapixels, with film grain so that it compresses
// like a camera's. Made here, so that nothing has to be brought from elsewhere.
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { createRandom } from './random.mjs'

const WIDTH = 1920
const HEIGHT = 1080
const GRAIN = 14

/**
 * @param {{ bytes?: number, seed?: number }} [options]
 * @returns {Promise<Buffer>} a JPEG of 1920 x 1080 pixels and as near to `bytes` bytes as its quality setting gets
 */
export async function samplePhoto ({ bytes = 530_000, seed = 1 } = {}) {
  const file = fileURLToPath(new URL('../test/fixtures/monal.jpg', import.meta.url))
  const pixels = await sharp(file).resize(WIDTH, HEIGHT, { fit: 'cover' }).raw().toBuffer()
  addGrain(pixels, seed)
  let low = 10
  let high = 100
  let best
  while (low <= high) {
    const quality = (low + high) >> 1
    const jpeg = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).jpeg({ quality }).toBuffer()
    if (best === undefined || Math.abs(jpeg.length - bytes) < Math.abs(best.length - bytes)) best = jpeg
    if (jpeg.length < bytes) low = quality + 1
    else high = quality - 1
  }
  return best
}

function addGrain (pixels, seed) {
  const random = createRandom(seed)
  for (let at = 0; at < pixels.length; at += 3) {
    const grain = (random() + random() - 1) * GRAIN
    for (let channel = 0; channel < 3; channel++) pixels[at + channel] = Math.max(0, Math.min(255, Math.round(pixels[at + channel] + grain)))
  }
}
