// Reads the binary half of a tfjs graph model: constants one after the other, without alignment, some of them packed
// as float16 or as small integers with a scale.
import { fromHalf } from '../runtime/half-float.js'
import { ConversionError } from './conversion-error.js'
import { type WeightEntry } from './tfjs-graph.js'

/** A constant of the graph, in TensorFlow's layout (row-major; kernels HWIO or HWCM). */
export type Constant =
  | { readonly type: 'float32', readonly shape: readonly number[], readonly data: Float32Array }
  | { readonly type: 'int32', readonly shape: readonly number[], readonly data: Int32Array }

type Reader = (bytes: DataView, offset: number) => number

interface Packing {
  readonly bytesPerValue: number
  readonly read: Reader
}

const LITTLE_ENDIAN = true
const PACKINGS: Readonly<Record<string, Packing>> = {
  float32: { bytesPerValue: 4, read: (bytes, offset) => bytes.getFloat32(offset, LITTLE_ENDIAN) },
  int32: { bytesPerValue: 4, read: (bytes, offset) => bytes.getInt32(offset, LITTLE_ENDIAN) },
  float16: { bytesPerValue: 2, read: (bytes, offset) => fromHalf(bytes.getUint16(offset, LITTLE_ENDIAN)) },
  uint16: { bytesPerValue: 2, read: (bytes, offset) => bytes.getUint16(offset, LITTLE_ENDIAN) },
  uint8: { bytesPerValue: 1, read: (bytes, offset) => bytes.getUint8(offset) }
}

/**
 * Unpacks every constant.
 * @param entries in the order of their bytes
 * @param bytes the weight files, joined
 * @throws ConversionError an unknown packing, or not exactly as many bytes as the entries take
 */
export function readTfWeights (entries: readonly WeightEntry[], bytes: Uint8Array): ReadonlyMap<string, Constant> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const constants = new Map<string, Constant>()
  let offset = 0
  for (const entry of entries) {
    const packing = packingOf(entry)
    const count = entry.shape.reduce((product, side) => product * side, 1)
    const end = offset + count * packing.bytesPerValue
    if (end > bytes.byteLength) {
      throw new ConversionError(`The weights end too early: ${entry.name} needs the bytes up to ${end}, there are ${bytes.byteLength}`)
    }
    constants.set(entry.name, unpack(entry, packing, view, offset, count))
    offset = end
  }
  if (offset !== bytes.byteLength) {
    throw new ConversionError(`The weights are too long: the graph describes ${offset} bytes, there are ${bytes.byteLength}`)
  }
  return constants
}

function packingOf ({ name, dtype, quantization }: WeightEntry): Packing {
  const packing = PACKINGS[quantization?.dtype ?? dtype]
  if (packing === undefined || (dtype !== 'float32' && dtype !== 'int32')) {
    throw new ConversionError(`The constant ${name} has the type ${dtype} packed as ${quantization?.dtype ?? dtype}, which is not supported`)
  }
  return packing
}

function unpack ({ dtype, shape, quantization }: WeightEntry, { bytesPerValue, read }: Packing, view: DataView, offset: number, count: number): Constant {
  // Affine packing as tfjs unpacks it: in double precision, rounded once.
  const scale = quantization?.scale ?? 1
  const min = quantization?.min ?? 0
  const data = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count)
  for (let i = 0; i < count; i++) data[i] = read(view, offset + i * bytesPerValue) * scale + min
  return data instanceof Int32Array ? { type: 'int32', shape, data } : { type: 'float32', shape, data }
}
