// Reads the tensors of a GGUF file (github.com/ggml-org/ggml, docs/gguf.md, version 3): a header, facts by name, then the
// tensors' names, sides and places, then their values.
import { fromHalf } from '../runtime/half-float.js'
import { ConversionError } from './conversion-error.js'

/** A tensor, row-major, its sides in the order of the net's framework: GGUF itself states them the other way round. */
export interface GgufTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

const MAGIC = 0x46554747
const VERSION = 3
const LITTLE_ENDIAN = true
/** Where values begin is a multiple of this, unless the file states another. */
const ALIGNMENT = { name: 'general.alignment', usual: 32 }
const TEXT = 8
const LIST = 9
/** Bytes of the other kinds of facts, by their number: 8-, 16- and 32-bit integers, float, boolean, 64-bit integers, double. */
const FACT_BYTES: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }
const UINT32 = 4

interface Packing {
  readonly bytesPerValue: number
  readonly read: (bytes: DataView, offset: number) => number
}

const PACKINGS: Readonly<Record<number, Packing>> = {
  0: { bytesPerValue: 4, read: (bytes, offset) => bytes.getFloat32(offset, LITTLE_ENDIAN) },
  1: { bytesPerValue: 2, read: (bytes, offset) => fromHalf(bytes.getUint16(offset, LITTLE_ENDIAN)) }
}

/**
 * Unpacks every tensor of a file, by its name.
 * @throws ConversionError it is no GGUF file of version 3, it ends too early, or a tensor is neither float32 nor float16
 */
export function readGguf (bytes: Uint8Array): ReadonlyMap<string, GgufTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return readTensors(view, new Cursor(view))
  } catch (cause) {
    if (cause instanceof RangeError) throw new ConversionError(`The GGUF file ends too early: it has ${bytes.byteLength} bytes`, { cause })
    throw cause
  }
}

function readTensors (view: DataView, cursor: Cursor): ReadonlyMap<string, GgufTensor> {
  if (cursor.uint32() !== MAGIC) throw new ConversionError('The file is no GGUF file')
  const version = cursor.uint32()
  if (version !== VERSION) throw new ConversionError(`The GGUF file has version ${version}; ${VERSION} is supported`)
  const tensors = cursor.count()
  const facts = cursor.count()
  let alignment = ALIGNMENT.usual
  for (let i = 0; i < facts; i++) {
    const name = cursor.text()
    const kind = cursor.uint32()
    if (name === ALIGNMENT.name && kind === UINT32) alignment = cursor.uint32()
    else skipFact(cursor, kind)
  }
  const places = Array.from({ length: tensors }, () => ({
    name: cursor.text(),
    shape: Array.from({ length: cursor.uint32() }, () => cursor.count()).reverse(),
    packing: cursor.uint32(),
    offset: cursor.count()
  }))
  const start = Math.ceil(cursor.at / alignment) * alignment
  return new Map(places.map(({ name, shape, packing, offset }) => {
    const { bytesPerValue, read } = packingOf(name, packing)
    const count = shape.reduce((product, side) => product * side, 1)
    // Asked of the last value first, so that a length from a broken file makes no huge array.
    if (count > 0) read(view, start + offset + (count - 1) * bytesPerValue)
    return [name, { shape, data: Float32Array.from({ length: count }, (_, i) => read(view, start + offset + i * bytesPerValue)) }]
  }))
}

function packingOf (name: string, kind: number): Packing {
  const packing = PACKINGS[kind]
  if (packing === undefined) throw new ConversionError(`The tensor ${name} is packed in ggml's way ${kind}; float32 (0) and float16 (1) are supported`)
  return packing
}

function skipFact (cursor: Cursor, kind: number): void {
  if (kind === TEXT) {
    cursor.text()
  } else if (kind === LIST) {
    const of = cursor.uint32()
    for (let left = cursor.count(); left > 0; left--) skipFact(cursor, of)
  } else {
    const bytes = FACT_BYTES[kind]
    if (bytes === undefined) throw new ConversionError(`The GGUF file states a fact of the unknown kind ${kind}`)
    cursor.skip(bytes)
  }
}

/** Goes through the header. Reading beyond the end throws a RangeError. */
class Cursor {
  at = 0
  readonly #view: DataView

  constructor (view: DataView) {
    this.#view = view
  }

  uint32 (): number {
    const value = this.#view.getUint32(this.at, LITTLE_ENDIAN)
    this.at += 4
    return value
  }

  /** A 64-bit number of things or bytes. */
  count (): number {
    const value = this.#view.getBigUint64(this.at, LITTLE_ENDIAN)
    this.at += 8
    if (value > BigInt(this.#view.byteLength)) throw new RangeError(`${value} is beyond the file`)
    return Number(value)
  }

  text (): string {
    const length = this.count()
    const start = this.at
    this.skip(length)
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + start, length).toString('utf8')
  }

  skip (bytes: number): void {
    this.at += bytes
    if (this.at > this.#view.byteLength) throw new RangeError(`${this.at} is beyond the file`)
  }
}
