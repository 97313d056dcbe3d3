// The two nearest descriptors in both directions, by a small WebAssembly kernel (nearest.wat): OpenCV's own matcher
// takes six times as long in its build without SIMD and population count, and is asked once for each direction.
import { NEAREST_BINARY } from './nearest-binary.js'
import type { Features } from './features.js'

/** For each descriptor: the index of the nearest, and the two least distances (Hamming bits, or Euclidean and squared). */
export interface Nearest {
  readonly index: Int32Array
  readonly distance: Int32Array
  readonly second: Int32Array
}

type Search = (a: number, countA: number, b: number, countB: number, bytes: number, outA: number, outB: number) => void
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer, grow (pages: number): number }
  readonly hamming: Search
  readonly euclidean: Search
}

// @types/node 20 does not describe WebAssembly.
const { Instance, Module } = (globalThis as unknown as {
  readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object, readonly Instance: new (module: object) => { readonly exports: unknown } }
}).WebAssembly

const PAGE_BYTES = 65_536
const ENTRY_BYTES = 12
const FARTHEST = 0x7fffffff

let kernel: Kernel | undefined

/** Looks for the nearest descriptors of `a` in `b` and of `b` in `a`; both of one kind. */
export function findNearest (a: Features, b: Features): { readonly ofA: Nearest, readonly ofB: Nearest } {
  if (a.count === 0 || b.count === 0) return { ofA: nothing(a.count), ofB: nothing(b.count) }
  kernel ??= new Instance(new Module(Buffer.from(NEAREST_BINARY, 'base64'))).exports as Kernel
  const { memory } = kernel
  const atB = align(a.descriptors.byteLength)
  const outA = align(atB + b.descriptors.byteLength)
  const outB = outA + align(a.count * ENTRY_BYTES)
  const end = outB + b.count * ENTRY_BYTES
  if (end > memory.buffer.byteLength) memory.grow(Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES))
  new Uint8Array(memory.buffer, 0, a.descriptors.byteLength).set(a.descriptors)
  new Uint8Array(memory.buffer, atB, b.descriptors.byteLength).set(b.descriptors)
  new Int32Array(memory.buffer, outA, (end - outA) / 4).fill(FARTHEST)
  const search = a.norm === 'hamming' ? kernel.hamming : kernel.euclidean
  search(0, a.count, atB, b.count, a.bytes, outA, outB)
  return { ofA: read(memory.buffer, outA, a.count), ofB: read(memory.buffer, outB, b.count) }
}

function align (bytes: number): number {
  return (bytes + 15) & ~15
}

function nothing (count: number): Nearest {
  return { index: new Int32Array(count).fill(-1), distance: new Int32Array(count).fill(FARTHEST), second: new Int32Array(count).fill(FARTHEST) }
}

function read (buffer: ArrayBuffer, from: number, count: number): Nearest {
  const entries = new Int32Array(buffer, from, count * 3)
  const nearest = { index: new Int32Array(count), distance: new Int32Array(count), second: new Int32Array(count) }
  for (let i = 0; i < count; i++) {
    nearest.index[i] = entries[3 * i]!
    nearest.distance[i] = entries[3 * i + 1]!
    nearest.second[i] = entries[3 * i + 2]!
  }
  return nearest
}
