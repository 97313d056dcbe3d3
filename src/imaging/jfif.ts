// The JFIF header that libvips leaves out of its JPEG files, and that clients of the hosted service may look for.

const START_OF_IMAGE = 0xd8
const APP0 = 0xe0

/** Version 1.1, no unit, one to one, no thumbnail. Source: ITU-T T.871. */
const HEADER = Buffer.from([0xff, APP0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0])

/**
 * A JPEG file with the 18-byte APP0 segment "JFIF" right behind its start; one that has it is given back as it is.
 * @throws Error where the bytes are no JPEG
 */
export function withJfifHeader (jpeg: Buffer): Buffer {
  if (jpeg[0] !== 0xff || jpeg[1] !== START_OF_IMAGE) throw new Error('not a JPEG')
  if (jpeg[3] === APP0 && jpeg.toString('latin1', 6, 10) === 'JFIF') return jpeg
  return Buffer.concat([jpeg.subarray(0, 2), HEADER, jpeg.subarray(2)])
}
