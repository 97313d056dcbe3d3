// A picture as the console shows it under its answers: what a browser cannot open or may not fetch, it gets as a JPEG.
import { encodeJpeg } from '../imaging/encode-jpeg.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { Preview } from '../wire/console.js'
import type { Work } from './work.js'

/** @throws Failure unsupported_media, too_large */
export type PreviewPicture = (image: Buffer, work: Work) => Promise<Preview>

/** Enough for a wide screen. */
const MAX_SIDE_PX = 1600
const QUALITY = 85

/** Makes the service over the given decoder. */
export function createPreviewPicture (decoder: ImageDecoder): PreviewPicture {
  return async (image, work) => {
    // Flattened, it has three channels.
    const { data, width, height, original } = await work.stage('decode', () => decoder.decode(image, { size: { width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside' }, alpha: 'flatten' }, work.signal))
    const jpeg = await work.stage('encode', () => encodeJpeg({ data, width, height, channels: 3 }, QUALITY))
    return { width: original.width, height: original.height, picture: jpeg.toString('base64') }
  }
}
