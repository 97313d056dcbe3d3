// The worker thread behind foreign-decoder.ts: BMP and HEIC to an uncompressed TIFF. What goes wrong is returned, not
// thrown, because an error loses its class between threads.
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { BmpError, decodeBmp } from './decode-bmp.js'
import { findHeifProfile } from './heif-profile.js'
import { createTiff } from './tiff-file.js'

/** What the worker is asked: the bytes of one picture, in a buffer of their own. */
export interface ForeignTask {
  readonly format: 'bmp' | 'heic'
  readonly bytes: Uint8Array
  readonly maxPixels: number
}

/** What the worker answers. */
export type ForeignResult =
  | { readonly kind: 'tiff', readonly bytes: Uint8Array }
  | { readonly kind: 'too_large', readonly width: number, readonly height: number }
  | { readonly kind: 'damaged', readonly reason: string }

/** libheif was seen to take 8.5 bytes a pixel (4:2:0 planes, RGBA, copies); pictures of 10 bits take twice the planes. */
const HEAP_BYTES_PER_PIXEL = 16
const HEAP_BASE_BYTES = 64_000_000
const WASM_PAGE_BYTES = 65_536

/** The part of WebAssembly used here; @types/node 20 does not describe it. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow (pages: number): number
}

const wasm = (globalThis as unknown as {
  readonly WebAssembly: {
    readonly Memory: { readonly prototype: WasmMemory }
    readonly RuntimeError: new () => Error
  }
}).WebAssembly
const growMemory = wasm.Memory.prototype.grow

/** Decodes one picture. Exported for the pool alone. */
export default async function decodeForeign (task: ForeignTask): Promise<ForeignResult> {
  const result = task.format === 'bmp' ? decodeBmpTask(task) : await decodeHeicTask(task)
  return result.kind === 'tiff' ? moved(result) : result
}

function decodeBmpTask ({ bytes }: ForeignTask): ForeignResult {
  try {
    const picture = decodeBmp(bytes)
    const { file, pixels } = createTiff(picture)
    pixels.set(picture.data)
    return { kind: 'tiff', bytes: file }
  } catch (error) {
    if (error instanceof BmpError) return { kind: 'damaged', reason: error.message }
    throw error
  }
}

async function decodeHeicTask ({ bytes, maxPixels }: ForeignTask): Promise<ForeignResult> {
  limitHeap(HEAP_BASE_BYTES + maxPixels * HEAP_BYTES_PER_PIXEL)
  silenceConsole()
  // Only now: a BMP needs none of its 40 MB, and it takes hold of the console while it loads.
  const { default: heicDecode } = await import('heic-decode')
  try {
    const images = await heicDecode.all({ buffer: bytes })
    try {
      const [image] = images
      if (image === undefined) return { kind: 'damaged', reason: 'no image inside' }
      if (image.width * image.height > maxPixels) return { kind: 'too_large', width: image.width, height: image.height }
      const { width, height, data } = await image.decode()
      return { kind: 'tiff', bytes: wrapRgba(data, width, height, findHeifProfile(bytes)) }
    } finally {
      images.dispose()
    }
  } catch (error) {
    // A trap leaves the WebAssembly instance in an unknown state: end this thread, the pool starts another.
    if (error instanceof wasm.RuntimeError) process.exit(1)
    return { kind: 'damaged', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Leaves alpha out where all of it is opaque, as in every photograph. */
function wrapRgba (rgba: Uint8ClampedArray, width: number, height: number, profile: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  let opaque = true
  for (let i = 3; i < rgba.length && opaque; i += 4) opaque = rgba[i] === 255
  const { file, pixels } = createTiff({ width, height, channels: opaque ? 3 : 4, profile })
  if (!opaque) {
    pixels.set(rgba)
    return file
  }
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    pixels[to] = rgba[from]!
    pixels[to + 1] = rgba[from + 1]!
    pixels[to + 2] = rgba[from + 2]!
  }
  return file
}

/** Hands the bytes over to the other thread instead of copying them. */
function moved (result: ForeignResult & { readonly kind: 'tiff' }): ForeignResult {
  return move({ [transferableSymbol]: [result.bytes.buffer], [valueSymbol]: result }) as unknown as ForeignResult
}

/** libheif may grow to 2 GB by itself; a refused growth is an ordinary failed allocation to it. */
function limitHeap (maxBytes: number): void {
  wasm.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * WASM_PAGE_BYTES > maxBytes) throw new RangeError('memory limit of the HEIC decoder')
    return growMemory.call(this, pages)
  }
}

/** libheif reports each damaged file on the console. */
function silenceConsole (): void {
  for (const method of ['log', 'info', 'warn', 'error'] as const) console[method] = () => {}
}
