// The largest picture that the default limits allow, in every format: 50 megapixels in at most 20 MB, and in the form
// that takes most memory (interlaced, progressive).
import sharp from 'sharp'

const [WIDTH, HEIGHT] = [8192, 6100]

/** @returns {Promise<Map<string, Buffer>>} bytes by a name that says what they are */
export async function largestPictures () {
  const smooth = gradient()
  const raw = { raw: { width: WIDTH, height: HEIGHT, channels: 3 }, limitInputPixels: false }
  const image = () => sharp(smooth, raw)
  return new Map([
    ['progressive JPEG', await image().jpeg({ quality: 85, progressive: true, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['interlaced PNG', await image().png({ progressive: true, compressionLevel: 6 }).toBuffer()],
    ['interlaced PNG, 16 bits, alpha', await image().toColourspace('rgb16').ensureAlpha().png({ progressive: true, compressionLevel: 6 }).toBuffer()],
    ['WebP', await image().webp({ quality: 60, effort: 0 }).toBuffer()],
    ['AVIF', await image().avif({ quality: 40, effort: 0 }).toBuffer()],
    ['TIFF', await image().tiff({ compression: 'deflate' }).toBuffer()],
    ['GIF', await image().gif({ effort: 1, colours: 16 }).toBuffer()],
    ['RLE BMP', rleBmp()]
  ])
}

function gradient () {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3)
  for (let y = 0, at = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      data[at++] = (x >> 5) & 0xff
      data[at++] = (y >> 5) & 0xff
      data[at++] = ((x >> 9) ^ (y >> 9)) & 1 ? 200 : 40
    }
  }
  return data
}

// 8 bits a pixel, runs of 255: the smallest file with the most pixels.
function rleBmp () {
  const row = []
  for (let left = WIDTH; left > 0; left -= 255) row.push(Math.min(255, left), left & 1)
  row.push(0, 0)
  const pixels = Buffer.concat([...Array.from({ length: HEIGHT }, () => Buffer.from(row)), Buffer.from([0, 1])])
  const header = Buffer.alloc(54 + 1024)
  header.write('BM')
  header.writeUInt32LE(header.length + pixels.length, 2)
  header.writeUInt32LE(header.length, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(WIDTH, 18)
  header.writeInt32LE(HEIGHT, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(8, 28)
  header.writeUInt32LE(1, 30)
  header.writeUInt32LE(pixels.length, 34)
  header.writeUInt32LE(256, 46)
  for (let i = 0; i < 256; i++) header.writeUInt32LE(i * 0x010101, 54 + 4 * i)
  return Buffer.concat([header, pixels])
}
