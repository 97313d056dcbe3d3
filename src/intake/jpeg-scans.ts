// Progressive JPEGs paint the whole picture once for each scan. A scan may cost its sender 76 bytes and the decoder a
// pass over 50 megapixels, and libjpeg cannot be stopped; so scans are counted first.

/** Encoders write about 10; jpegtran's scripts, up to some 70. */
export const MAX_JPEG_SCANS = 100

const MARKER = 0xff
const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
const FIRST_RESTART = 0xd0
const LAST_RESTART = 0xd7
const START_OF_IMAGE = 0xd8
const TEMPORARY = 0x01

/**
 * Counts the scans of a JPEG up to its end marker, and stops at `limit` + 1. Bytes that are no segments, within scans
 * and between them, are passed over as decoders do (ITU-T T.81, B.1.1).
 */
export function countJpegScans (bytes: Uint8Array, limit: number = MAX_JPEG_SCANS): number {
  let scans = 0
  let at = 2
  while (scans <= limit) {
    const marker = bytes.indexOf(MARKER, at)
    if (marker < 0) return scans
    const code = bytes[marker + 1]
    if (code === undefined || code === END_OF_IMAGE) return scans
    if (code === MARKER) {
      at = marker + 1
    } else if (code === 0 || code === TEMPORARY || code === START_OF_IMAGE || (code >= FIRST_RESTART && code <= LAST_RESTART)) {
      at = marker + 2
    } else {
      if (code === START_OF_SCAN) scans++
      const length = ((bytes[marker + 2] ?? 0) << 8) | (bytes[marker + 3] ?? 0)
      at = marker + 2 + Math.max(2, length)
    }
  }
  return scans
}
