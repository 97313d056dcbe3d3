// How often textDetection reads words in noise: hard and soft, on pictures and on strips, which are read as lines that
// someone has cut out.
import sharp from 'sharp'
import { createDetectText } from '../../dist/services/detect-text.js'
import { createRandom } from '../random.mjs'
import { makeParts } from './parts.mjs'

const SIZES = [[400, 40], [640, 48], [48, 320], [300, 60], [200, 150]]
const BLURS = [0, 1, 1.5, 3, 6]
const SEEDS = 3

/** Pictures asked, and what was read in those where anything was. */
export async function noise () {
  const parts = await makeParts()
  const detect = createDetectText(parts)
  const read = []
  let pictures = 0
  for (const [width, height] of SIZES) {
    for (const blur of BLURS) {
      for (let seed = 1; seed <= SEEDS; seed++, pictures++) {
        const { textAnnotations: [whole] } = await detect(await noisyPicture({ width, height, blur, seed: 77 * seed + width }), {}, parts.work)
        if (whole !== undefined) read.push(`${width} x ${height}, blur ${blur}, seed ${seed}: ${whole.description.trim()}`)
      }
    }
  }
  await parts.close()
  return { pictures, 'with words': read.length, read }
}

function noisyPicture ({ width, height, blur, seed }) {
  const random = createRandom(seed)
  const pixels = sharp(Uint8Array.from({ length: 3 * width * height }, () => 256 * random()), { raw: { width, height, channels: 3 } })
  return (blur === 0 ? pixels : pixels.greyscale().blur(blur).normalise()).png().toBuffer()
}
