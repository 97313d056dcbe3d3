// The colour profile inside a HEIC file. Phones photograph in Display P3, and the HEIC decoder hands out bare pixels.

/** Profiles of cameras have 0.5 to 4 KB; a larger one is not worth carrying. */
const MAX_PROFILE_BYTES = 1_000_000

interface Box {
  readonly type: string
  readonly payload: Buffer
}

/**
 * Finds the first ICC profile among the item properties (boxes meta, iprp, ipco, colr of ISO/IEC 14496-12 and
 * 23008-12). Tiles, thumbnails and the picture itself share one in files of real cameras.
 * @returns undefined if there is none or the boxes are damaged
 */
export function findHeifProfile (bytes: Uint8Array): Uint8Array | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const meta = childBox(file, 'meta')
  // meta is a full box: version and flags come before its children.
  const properties = meta && childBox(childBox(meta.subarray(4), 'iprp'), 'ipco')
  for (const { type, payload } of properties === undefined ? [] : boxes(properties)) {
    const kind = payload.toString('latin1', 0, 4)
    if (type === 'colr' && (kind === 'prof' || kind === 'rICC') && payload.length <= MAX_PROFILE_BYTES) return payload.subarray(4)
  }
  return undefined
}

function childBox (parent: Buffer | undefined, type: string): Buffer | undefined {
  for (const box of parent === undefined ? [] : boxes(parent)) {
    if (box.type === type) return box.payload
  }
  return undefined
}

function * boxes (parent: Buffer): Generator<Box> {
  for (let at = 0; at + 8 <= parent.length;) {
    const short = parent.readUInt32BE(at)
    const headerBytes = short === 1 ? 16 : 8
    if (at + headerBytes > parent.length) return
    // Size 0 means: up to the end. Size 1 means: 64 bits follow.
    const size = short === 0 ? parent.length - at : short === 1 ? Number(parent.readBigUInt64BE(at + 8)) : short
    if (size < headerBytes || at + size > parent.length) return
    yield { type: parent.toString('latin1', at + 4, at + 8), payload: parent.subarray(at + headerBytes, at + size) }
    at += size
  }
}
