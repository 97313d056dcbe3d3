// Writes BMP files for tests, byte by byte, in all the forms that decoders trip over.

export interface BmpParts {
  readonly width: number
  /** Negative for top-down. */
  readonly height: number
  readonly bits: number
  readonly compression?: number
  /** 12 for OS/2, 40, 52, 56, 108 or 124 for Windows. */
  readonly headerBytes?: number
  readonly masks?: readonly number[]
  /** Colours as [red, green, blue]. */
  readonly palette?: ReadonlyArray<readonly [number, number, number]>
  /** Bytes between the headers and the pixels. */
  readonly gap?: number
  /** The pixel data, rows padded to four bytes by the caller. */
  readonly data: readonly number[]
}

export function bmpFile ({ width, height, bits, compression = 0, headerBytes = 40, masks = [], palette = [], gap = 0, data }: BmpParts): Buffer {
  const core = headerBytes === 12
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(headerBytes, 0)
  if (core) {
    header.writeUInt16LE(width, 4)
    header.writeUInt16LE(height, 6)
    header.writeUInt16LE(1, 8)
    header.writeUInt16LE(bits, 10)
  } else {
    header.writeInt32LE(width, 4)
    header.writeInt32LE(height, 8)
    header.writeUInt16LE(1, 12)
    header.writeUInt16LE(bits, 14)
    header.writeUInt32LE(compression, 16)
    header.writeUInt32LE(palette.length, 32)
  }
  const maskBytes = Buffer.alloc(masks.length * 4)
  masks.forEach((mask, i) => maskBytes.writeUInt32LE(mask >>> 0, i * 4))
  if (headerBytes > 40) maskBytes.copy(header, 40)
  const before = Buffer.concat([
    header,
    headerBytes === 40 ? maskBytes : Buffer.alloc(0),
    Buffer.from(palette.flatMap(([red, green, blue]) => core ? [blue, green, red] : [blue, green, red, 0])),
    Buffer.alloc(gap, 0xee)
  ])
  const file = Buffer.concat([Buffer.alloc(14), before, Buffer.from(data)])
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(14 + before.length, 10)
  return file
}
