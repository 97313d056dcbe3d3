// Pixels to a JPEG as the documented answers have it: with a JFIF header, which sharp leaves out.
import sharp from 'sharp'
import type { Pixels } from './paint-map.js'

// SOI is followed by APP0: "JFIF", version 1.1, no unit, density 1 x 1, no thumbnail.
const JFIF_APP0 = Buffer.from([0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00])
const SOI_LENGTH = 2

/** Encodes; one channel gives a grey JPEG. `quality` is sharp's, 1 to 100. Its base64 begins `/9j/4AAQSkZJRgABAQAAAQABAAD`. */
export async function encodeJpeg ({ data, width, height, channels }: Pixels, quality: number): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  const jpeg = await (channels === 1 ? image.toColourspace('b-w') : image).jpeg({ quality }).toBuffer()
  return withJfifHeader(jpeg)
}

/** Puts the JFIF header behind a JPEG's first marker. */
export function withJfifHeader (jpeg: Uint8Array): Buffer {
  return Buffer.concat([jpeg.subarray(0, SOI_LENGTH), JFIF_APP0, jpeg.subarray(SOI_LENGTH)])
}
