// A picture with the statistics of a photograph (1/f noise, soft gradients, a few objects), made from a seed, so that
// the benchmarks need no file from elsewhere.
import sharp from 'sharp'

/**
 * @param {{ width?: number, height?: number, bytes?: number, seed?: number }} [options]
 * @returns {Promise<Buffer>} a JPEG of about `bytes` bytes (within 3 %)
 */
export async function samplePhoto ({ width = 1920, height = 1080, bytes = 530_000, seed = 1 } = {}) {
  const pixels = await paint(width, height, seed)
  let low = 10
  let high = 100
  let best
  while (low <= high) {
    const quality = (low + high) >> 1
    const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality }).toBuffer()
    if (best === undefined || Math.abs(jpeg.length - bytes) < Math.abs(best.length - bytes)) best = jpeg
    if (jpeg.length < bytes) low = quality + 1
    else high = quality - 1
  }
  return best
}

async function paint (width, height, seed) {
  const random = mulberry32(seed)
  const sum = new Float32Array(width * height * 3)
  for (let size = 4, amplitude = 90; size < 1024; size *= 2, amplitude *= 0.62) {
    const noise = Buffer.from(Uint8Array.from({ length: size * size * 3 }, () => random() * 256))
    const layer = await sharp(noise, { raw: { width: size, height: size, channels: 3 } }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer()
    for (let index = 0; index < sum.length; index++) sum[index] += (layer[index] - 128) * amplitude / 128
  }
  return Buffer.from(Uint8ClampedArray.from(sum, value => value + 128))
}

function mulberry32 (seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
