// Blurring planes and finding extremes in them by a small WebAssembly kernel (bands.wat), four numbers at a time: a third
// of what a comparison takes in plain code. Planes pass through its memory in bands of rows, which stay in the cache.
import { BANDS_BINARY } from './bands-binary.js'
import type { Plane } from './lab-planes.js'

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer, grow (pages: number): number }
  blur (input: number, output: number, row: number, taps: number, radius: number, width: number, rows: number, stride: number): void
  extremes (lows: number, highs: number, least: number, most: number, low: number, high: number, width: number, rows: number, stride: number): void
}

// @types/node 20 does not describe WebAssembly.
const { Instance, Module } = (globalThis as unknown as {
  readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object, readonly Instance: new (module: object) => { readonly exports: unknown } }
}).WebAssembly

const PAGE_BYTES = 65_536
const BAND_BYTES = 262_144
// What lies on either side of a row, beyond what the work reaches: the kernel reads and writes four numbers at a time.
const SIDE_BYTES = 16

let kernel: Kernel | undefined

/** Makes room for as many bytes in this thread's instance. */
function instance (bytes: number): Kernel {
  kernel ??= new Instance(new Module(Buffer.from(BANDS_BINARY, 'base64'))).exports as Kernel
  const missing = bytes - kernel.memory.buffer.byteLength
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES))
  return kernel
}

function aligned (bytes: number): number {
  return (bytes + 15) & ~15
}

/** The number of rows of a band whose rows take `stride` bytes. */
function rowsOfBand (stride: number, height: number): number {
  return Math.min(height, Math.max(8, Math.floor(BAND_BYTES / stride)))
}

/** Copies `rows` rows from `top` on into the kernel's memory; beyond the plane its first and last rows repeat. */
function enter (memory: Float32Array, at: number, stride: number, { data, width, height }: Plane, top: number, rows: number): void {
  for (let i = 0; i < rows; i++) {
    const y = Math.min(height - 1, Math.max(0, top + i))
    memory.set(data.subarray(y * width, (y + 1) * width), (at + i * stride) >> 2)
  }
}

function leave (memory: Float32Array, at: number, stride: number, out: Float32Array, width: number, top: number, rows: number): void {
  for (let i = 0; i < rows; i++) {
    const from = (at + i * stride) >> 2
    out.set(memory.subarray(from, from + width), (top + i) * width)
  }
}

/** Writes a plane convolved along both axes with a symmetric kernel, given from its middle on, to `out`. The border repeats. */
export function convolve (plane: Plane, taps: Float64Array, out: Float32Array): void {
  const { width, height } = plane
  const radius = taps.length - 1
  const stride = aligned(width * 4)
  const band = rowsOfBand(stride, height)
  const row = aligned(taps.length * 4) + aligned(radius * 4) + SIDE_BYTES
  const input = row + stride + aligned(radius * 4) + SIDE_BYTES
  const output = input + (band + 2 * radius) * stride
  const { memory, blur } = instance(output + band * stride)
  const numbers = new Float32Array(memory.buffer)
  numbers.set(taps)
  for (let top = 0; top < height; top += band) {
    const rows = Math.min(band, height - top)
    enter(numbers, input, stride, plane, top - radius, rows + 2 * radius)
    blur(input, output, row, 0, radius, width, rows, stride)
    leave(numbers, output, stride, out, width, top, rows)
  }
}

/** Writes the least of 3 x 3 numbers of one plane and the greatest of another, which may be the same; at the border of those that exist. */
export function extremesOf (lows: Plane, highs: Plane, least: Float32Array, most: Float32Array): void {
  const { width, height } = lows
  const stride = aligned(width * 4)
  const band = rowsOfBand(stride, height)
  const low = SIDE_BYTES
  const high = low + stride + 2 * SIDE_BYTES
  const inputLow = high + stride + SIDE_BYTES
  const inputHigh = lows === highs ? inputLow : inputLow + (band + 2) * stride
  const outLow = inputHigh + (band + 2) * stride
  const outHigh = outLow + band * stride
  const { memory, extremes } = instance(outHigh + band * stride)
  const numbers = new Float32Array(memory.buffer)
  for (let top = 0; top < height; top += band) {
    const rows = Math.min(band, height - top)
    enter(numbers, inputLow, stride, lows, top - 1, rows + 2)
    if (lows !== highs) enter(numbers, inputHigh, stride, highs, top - 1, rows + 2)
    extremes(inputLow, inputHigh, outLow, outHigh, low, high, width, rows, stride)
    leave(numbers, outLow, stride, least, width, top, rows)
    leave(numbers, outHigh, stride, most, width, top, rows)
  }
}
