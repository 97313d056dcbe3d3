// Bare pixels as an uncompressed TIFF: the one form in which sharp takes pixels together with their colour profile.

const SHORT = 3
const LONG = 4
const UNDEFINED = 7
const ENTRY_BYTES = 12
/** Strips of about this size keep libtiff's buffers small. */
const STRIP_BYTES = 65_536

type Entry = readonly [tag: number, type: number, values: readonly number[] | Uint8Array]

export interface TiffShape {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  /** ICC profile for tag 34675. */
  readonly profile?: Uint8Array | undefined
}

/**
 * Makes a baseline TIFF 6.0 for RGB or RGBA pixels (alpha not premultiplied), still black.
 * @returns `file` in a buffer of its own, so that it can be transferred between threads, and `pixels`, the part of it
 *   to be filled, row-major and interleaved
 */
export function createTiff ({ width, height, channels, profile }: TiffShape): { file: Uint8Array<ArrayBuffer>, pixels: Uint8Array } {
  const rowBytes = width * channels
  const rowsPerStrip = Math.max(1, Math.floor(STRIP_BYTES / rowBytes))
  const strips = Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, i) => i * rowsPerStrip)
  const layout = (pixelOffset: number): readonly Entry[] => [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array.from({ length: channels }, () => 8)],
    [259, SHORT, [1]],
    [262, SHORT, [2]],
    [273, LONG, strips.map(row => pixelOffset + row * rowBytes)],
    [277, SHORT, [channels]],
    [278, LONG, [rowsPerStrip]],
    [279, LONG, strips.map(row => Math.min(rowsPerStrip, height - row) * rowBytes)],
    ...(channels === 4 ? [[338, SHORT, [2]] as const] : []),
    ...(profile === undefined ? [] : [[34675, UNDEFINED, profile] as const])
  ]
  const pixelOffset = headBytes(layout(0))
  const file = new Uint8Array(pixelOffset + height * rowBytes)
  writeHead(new DataView(file.buffer), layout(pixelOffset))
  return { file, pixels: file.subarray(pixelOffset) }
}

function valueBytes ([, type, values]: Entry): number {
  return values.length * (type === LONG ? 4 : type === SHORT ? 2 : 1)
}

/** Values of up to four bytes stand in the entry itself; others take an even number of bytes behind the directory. */
function outsideBytes (entry: Entry): number {
  const size = valueBytes(entry)
  return size <= 4 ? 0 : size + size % 2
}

function headBytes (entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + outsideBytes(entry), 8 + 2 + entries.length * ENTRY_BYTES + 4)
}

function writeHead (view: DataView, entries: readonly Entry[]): void {
  view.setUint32(0, 0x49492a00)
  view.setUint32(4, 8, true)
  view.setUint16(8, entries.length, true)
  let outside = 8 + 2 + entries.length * ENTRY_BYTES + 4
  entries.forEach((entry, i) => {
    const [tag, type, values] = entry
    const at = 10 + i * ENTRY_BYTES
    view.setUint16(at, tag, true)
    view.setUint16(at + 2, type, true)
    view.setUint32(at + 4, values.length, true)
    const inside = outsideBytes(entry) === 0
    if (!inside) view.setUint32(at + 8, outside, true)
    const start = inside ? at + 8 : outside
    values.forEach((value, n) => {
      if (type === LONG) view.setUint32(start + n * 4, value, true)
      else if (type === SHORT) view.setUint16(start + n * 2, value, true)
      else view.setUint8(start + n, value)
    })
    outside += outsideBytes(entry)
  })
}
