// BMP to pixels. Written here because sharp cannot read it and the decoders on npm get run-length coding, OS/2 headers
// or the pixel offset wrong. Runs in a worker thread: 50 megapixels take a second.

/** Pixels of a picture, upright, row-major and interleaved, 8 bits a channel. */
export interface RawPixels {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  readonly data: Uint8Array
}

/** What the headers say; nothing is allocated for it. */
export interface BmpHeader {
  readonly width: number
  readonly height: number
  readonly topDown: boolean
  readonly bitsPerPixel: number
  readonly runLength: boolean
  /** Red, green, blue, alpha; zero where a channel is absent. Only for 16 and 32 bits. */
  readonly masks: readonly [number, number, number, number]
  readonly palette: { readonly offset: number, readonly entries: number, readonly entryBytes: number }
  readonly pixelOffset: number
}

/** BMP data that cannot be decoded; `message` completes "the BMP data is damaged or cut off: ". */
export class BmpError extends Error {}

const FILE_HEADER_BYTES = 14
const CORE_HEADER_BYTES = 12
const INFO_HEADER_BYTES = 40
const COMPRESSION = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const

/** A run of 255 pixels takes two bytes; the slack is for pictures that end early. */
const MAX_RLE_PIXELS_PER_BYTE = 128
const RLE_SLACK_PIXELS = 65_536

/**
 * Reads and checks the headers (OS/2 and Windows versions 2 to 5), and that the bytes can hold as many pixels as they
 * claim.
 * @throws BmpError
 */
export function readBmpHeader (bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw new BmpError('it ends within the header')
  const headerBytes = view.getUint32(FILE_HEADER_BYTES, true)
  const headerEnd = FILE_HEADER_BYTES + headerBytes
  if (headerBytes < CORE_HEADER_BYTES || bytes.length < headerEnd) throw new BmpError('it ends within the header')
  const core = headerBytes < 16
  const word = (at: number): number => headerEnd >= at + 4 ? view.getUint32(at, true) : 0

  const width = core ? view.getUint16(18, true) : view.getInt32(18, true)
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true)
  const bitsPerPixel = view.getUint16(core ? 24 : 28, true)
  const compression = core ? COMPRESSION.none : word(30)
  if (width <= 0 || signedHeight === 0) throw new BmpError(`it claims a size of ${width} x ${signedHeight}`)
  if (![1, 2, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw new BmpError(`it claims ${bitsPerPixel} bits per pixel`)
  if (!isConsistent(compression, bitsPerPixel)) throw new BmpError(`compression ${compression} with ${bitsPerPixel} bits per pixel is not known`)

  // A version 1 header is followed by the masks; later versions hold them.
  const masksAfter = headerBytes === INFO_HEADER_BYTES
    ? ({ [COMPRESSION.bitFields]: 12, [COMPRESSION.alphaBitFields]: 16 } as Record<number, number>)[compression] ?? 0
    : 0
  const paletteOffset = headerEnd + masksAfter
  const entryBytes = core ? 3 : 4
  const wanted = bitsPerPixel > 8 ? 0 : Math.min(word(46) || 2 ** bitsPerPixel, 2 ** bitsPerPixel)
  const entries = Math.min(wanted, Math.floor(Math.max(0, bytes.length - paletteOffset) / entryBytes))
  const claimed = view.getUint32(10, true)
  const pixelOffset = claimed >= headerEnd && claimed < bytes.length ? claimed : paletteOffset + entries * entryBytes

  const header: BmpHeader = {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bitsPerPixel,
    runLength: compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4,
    masks: readMasks(view, compression, bitsPerPixel, paletteOffset),
    palette: { offset: paletteOffset, entries, entryBytes },
    pixelOffset
  }
  if (bytes.length - pixelOffset < neededBytes(header)) {
    throw new BmpError(`${width} x ${header.height} pixels need at least ${neededBytes(header)} bytes, ${Math.max(0, bytes.length - pixelOffset)} are there`)
  }
  return header
}

/**
 * Decodes a BMP of 1, 2, 4, 8, 16, 24 or 32 bits, run-length coded or not, top-down or bottom-up. Alpha counts only
 * where the header declares it and not all of it is zero, as browsers do.
 * @throws BmpError
 */
export function decodeBmp (bytes: Uint8Array): RawPixels {
  const header = readBmpHeader(bytes)
  if (header.runLength) return paint(header, readPalette(bytes, header), expandRuns(bytes, header))
  if (header.bitsPerPixel <= 8) return paint(header, readPalette(bytes, header), unpackIndexes(bytes, header))
  return header.bitsPerPixel === 24 ? decodeTriples(bytes, header) : decodeMasked(bytes, header)
}

function isConsistent (compression: number, bitsPerPixel: number): boolean {
  switch (compression) {
    case COMPRESSION.none: return true
    case COMPRESSION.rle8: return bitsPerPixel === 8
    case COMPRESSION.rle4: return bitsPerPixel === 4
    case COMPRESSION.bitFields:
    case COMPRESSION.alphaBitFields: return bitsPerPixel === 16 || bitsPerPixel === 32
    default: return false
  }
}

function readMasks (view: DataView, compression: number, bitsPerPixel: number, paletteOffset: number): BmpHeader['masks'] {
  if (compression === COMPRESSION.none) return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0]
  const at = FILE_HEADER_BYTES + INFO_HEADER_BYTES
  const mask = (i: number): number => at + 4 * i + 4 <= Math.min(paletteOffset, view.byteLength) ? view.getUint32(at + 4 * i, true) : 0
  return [mask(0), mask(1), mask(2), mask(3)]
}

function rowBytes ({ width, bitsPerPixel }: BmpHeader): number {
  return Math.floor((width * bitsPerPixel + 31) / 32) * 4
}

function neededBytes (header: BmpHeader): number {
  if (header.runLength) return Math.ceil((header.width * header.height - RLE_SLACK_PIXELS) / MAX_RLE_PIXELS_PER_BYTE)
  // The padding of the last row is often left out.
  return rowBytes(header) * (header.height - 1) + Math.ceil(header.width * header.bitsPerPixel / 8)
}

/** The row of the picture, counted from the top, that the n-th row of the file is. */
function targetRow ({ height, topDown }: BmpHeader, n: number): number {
  return topDown ? n : height - 1 - n
}

function readPalette (bytes: Uint8Array, { palette: { offset, entries, entryBytes } }: BmpHeader): Uint8Array {
  const rgb = new Uint8Array(256 * 3)
  for (let i = 0; i < entries; i++) {
    const at = offset + i * entryBytes
    rgb[i * 3] = bytes[at + 2]!
    rgb[i * 3 + 1] = bytes[at + 1]!
    rgb[i * 3 + 2] = bytes[at]!
  }
  return rgb
}

function paint ({ width, height }: BmpHeader, palette: Uint8Array, indexes: Uint8Array): RawPixels {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0, to = 0; i < indexes.length; i++, to += 3) {
    const from = indexes[i]! * 3
    data[to] = palette[from]!
    data[to + 1] = palette[from + 1]!
    data[to + 2] = palette[from + 2]!
  }
  return { width, height, channels: 3, data }
}

function unpackIndexes (bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bitsPerPixel, pixelOffset } = header
  const indexes = new Uint8Array(width * height)
  const perByte = 8 / bitsPerPixel
  const mask = 2 ** bitsPerPixel - 1
  for (let n = 0; n < height; n++) {
    const from = pixelOffset + n * rowBytes(header)
    const to = targetRow(header, n) * width
    for (let x = 0; x < width; x++) {
      const shift = (perByte - 1 - x % perByte) * bitsPerPixel
      indexes[to + x] = (bytes[from + Math.floor(x / perByte)]! >> shift) & mask
    }
  }
  return indexes
}

/** Pixels that the runs leave out keep index 0; what runs past the end of a row is dropped. */
function expandRuns (bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bitsPerPixel, pixelOffset } = header
  const indexes = new Uint8Array(width * height)
  let x = 0
  let n = 0
  const put = (index: number): void => {
    if (x < width) indexes[targetRow(header, n) * width + x++] = index
  }
  const nibble = (byte: number, i: number): number => bitsPerPixel === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15

  for (let at = pixelOffset; n < height;) {
    if (at + 2 > bytes.length) {
      // Some writers leave out the end mark; but rows that are missing are missing.
      if (n === height - 1 && x >= width) break
      throw new BmpError(`it ends in row ${n + 1} of ${height}`)
    }
    const count = bytes[at++]!
    const value = bytes[at++]!
    if (count > 0) {
      for (let i = 0; i < count; i++) put(nibble(value, i))
    } else if (value === 0) {
      x = 0
      n++
    } else if (value === 1) {
      break
    } else if (value === 2) {
      x += bytes[at] ?? 0
      n += bytes[at + 1] ?? 0
      at += 2
    } else {
      for (let i = 0; i < value; i++) put(nibble(bytes[at + (bitsPerPixel === 8 ? i : i >> 1)] ?? 0, i))
      const literal = bitsPerPixel === 8 ? value : Math.ceil(value / 2)
      at += literal + literal % 2
    }
  }
  return indexes
}

function decodeTriples (bytes: Uint8Array, header: BmpHeader): RawPixels {
  const { width, height, pixelOffset } = header
  const data = new Uint8Array(width * height * 3)
  for (let n = 0; n < height; n++) {
    let from = pixelOffset + n * rowBytes(header)
    let to = targetRow(header, n) * width * 3
    for (let x = 0; x < width; x++, from += 3, to += 3) {
      data[to] = bytes[from + 2]!
      data[to + 1] = bytes[from + 1]!
      data[to + 2] = bytes[from]!
    }
  }
  return { width, height, channels: 3, data }
}

interface Channel {
  readonly mask: number
  readonly shift: number
  /** Value of the masked and shifted bits on the scale of 0 to 255. */
  readonly scale: Uint8Array
}

function readChannel (mask: number): Channel {
  const low = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
  const bits = mask === 0 ? 0 : 32 - Math.clz32(mask) - low
  const kept = Math.min(bits, 8)
  const top = 2 ** kept - 1
  return { mask, shift: low + bits - kept, scale: Uint8Array.from({ length: top + 1 }, (_, value) => top === 0 ? 0 : Math.round(value * 255 / top)) }
}

function decodeMasked (bytes: Uint8Array, header: BmpHeader): RawPixels {
  const { width, height, pixelOffset } = header
  const channels = header.masks[3] === 0 ? 3 : 4
  const parts = header.masks.slice(0, channels).map(readChannel)
  const wide = header.bitsPerPixel === 32
  const data = new Uint8Array(width * height * channels)
  let anyAlpha = 0
  for (let n = 0; n < height; n++) {
    let from = pixelOffset + n * rowBytes(header)
    let to = targetRow(header, n) * width * channels
    for (let x = 0; x < width; x++, from += wide ? 4 : 2) {
      const low = bytes[from]! | bytes[from + 1]! << 8
      const pixel = wide ? low | bytes[from + 2]! << 16 | bytes[from + 3]! << 24 : low
      for (let i = 0; i < channels; i++) {
        const { mask, shift, scale } = parts[i]!
        data[to++] = scale[(pixel & mask) >>> shift]!
      }
      if (channels === 4) anyAlpha |= data[to - 1]!
    }
  }
  // Alpha that is zero everywhere was never written; the picture is opaque.
  if (channels === 4 && anyAlpha === 0) {
    for (let i = 3; i < data.length; i += 4) data[i] = 255
  }
  return { width, height, channels, data }
}
