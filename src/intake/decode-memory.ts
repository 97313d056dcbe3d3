// What decoding a picture takes in memory, told by its header, before any of it is decoded.
import sharp, { type Metadata } from 'sharp'
import { readBmpHeader } from './decode-bmp.js'
import { type AcceptedFormat, isAccepted, sniffFormat } from './sniff-format.js'

/** What is known of a picture before it is decoded. */
export interface DecodeMemory {
  /** Of the file, before shrinking. */
  readonly pixels: number
  /** What the decoder holds at its peak, without the pixels it gives out. */
  readonly bytes: number
}

const NOTHING: DecodeMemory = { pixels: 0, bytes: 0 }

// Bytes a pixel, not less than `node bench/decode-memory.mjs` finds at 50 megapixels.
const AVIF_OR_HEIC = 19
const BMP = 8
const GIF = 8
const WEBP = 6
// Coefficients of all three planes, two bytes each, until the last scan is in.
const PROGRESSIVE_JPEG = 6

/**
 * Estimates the memory for a picture from its header. What cannot be opened takes nothing:
 * decoding will say why.
 */
export async function estimateDecodeMemory (bytes: Uint8Array): Promise<DecodeMemory> {
  const format = sniffFormat(bytes)
  if (format === undefined || !isAccepted(format)) return NOTHING
  try {
    const header = format === 'bmp' ? readBmpHeader(bytes) : await sharp(bytes, { limitInputPixels: false }).metadata()
    const pixels = header.width * header.height
    return { pixels, bytes: pixels * bytesPerPixel(format, header as Partial<Metadata>) }
  } catch {
    return NOTHING
  }
}

function bytesPerPixel (format: AcceptedFormat, { isProgressive = false, channels = 3, depth, orientation = 1 }: Partial<Metadata>): number {
  const raster = channels * (depth === 'uchar' ? 1 : 2)
  // What is to be turned cannot be streamed.
  const turned = orientation > 1 ? raster : 0
  switch (format) {
    case 'avif':
    case 'heic': return AVIF_OR_HEIC
    case 'bmp': return BMP
    case 'gif': return GIF
    case 'webp': return WEBP
    case 'jpeg': return isProgressive ? PROGRESSIVE_JPEG : 0
    case 'png': return isProgressive ? raster : turned
    // A strip may be as high as the picture.
    case 'tiff': return raster + turned
  }
}
