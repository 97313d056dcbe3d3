// The words in which decoding fails.
import { Failure } from '../errors.js'
import { ACCEPTED_FORMATS, type AcceptedFormat, type ImageFormat, formatLabel } from './sniff-format.js'

/** The picture has more pixels than the limit. */
export function tooManyPixels ({ width, height }: { readonly width: number, readonly height: number }, maxPixels: number): Failure {
  const pixels = width * height
  const [has, limit] = inMegapixels(pixels) === inMegapixels(maxPixels)
    ? [`${pixels} pixels`, `${maxPixels} pixels`]
    : [inMegapixels(pixels), inMegapixels(maxPixels)]
  return new Failure('too_large', `the image has ${has} (${width}x${height}); the limit is ${limit}`)
}

/** The picture has bands that are neither colour nor alpha. */
export function tooManyChannels (format: AcceptedFormat, channels: number): Failure {
  return new Failure('unsupported_media', `the ${formatLabel(format)} data has ${channels} channels; only grey, RGB and CMYK, each with or without alpha, are accepted`)
}

/** The format is right, but the data is not. `detail` is for clients, `cause` is not. */
export function damaged (format: AcceptedFormat, cause: unknown, detail?: string): Failure {
  return new Failure('unsupported_media', `the ${formatLabel(format)} data is damaged or cut off${detail === undefined ? '' : `: ${detail}`}`, { cause })
}

/** The bytes are of a format that is not decoded, or of none that is known. */
export function unacceptable (format: ImageFormat | undefined, byteLength: number): Failure {
  const found = byteLength === 0
    ? 'the image is empty (0 bytes)'
    : format === undefined ? `the data (${byteLength} bytes) is not an image of a known format` : `${formatLabel(format)} data is not accepted`
  return new Failure('unsupported_media', `${found}; accepted formats are ${ACCEPTED_FORMATS}`)
}

/** Decoding took longer than it may. */
export function decodingLate (timeoutMs: number): Failure {
  return new Failure('deadline_passed', `decoding the image took longer than the limit of ${timeoutMs / 1000} s`)
}

function inMegapixels (pixels: number): string {
  return pixels < 1e6 ? `${pixels} pixels` : `${(pixels / 1e6).toFixed(1)} megapixels`
}

/** Refuses a progressive JPEG that would be painted too often. */
export function tooManyScans (limit: number): Failure {
  return new Failure('unsupported_media', `the JPEG has more than ${limit} scans, which is the limit`)
}
