// Pixels to a JPEG file as clients of the hosted service know it.
import sharp from 'sharp'
import { withJfifHeader } from './jfif.js'

/** High enough that lines and letters stay clean. */
const QUALITY = 90

/** A JPEG file with a JFIF header of RGB pixels, three bytes each, row-major. */
export async function encodeJpeg (rgb: Uint8Array, width: number, height: number): Promise<Buffer> {
  return withJfifHeader(await sharp(rgb, { raw: { width, height, channels: 3 } }).jpeg({ quality: QUALITY }).toBuffer())
}
