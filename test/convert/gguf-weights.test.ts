// Files of weights in GGUF: what is read of them, and what is refused.
import t from 'tap'
import { readGguf } from '../../src/convert/gguf-weights.js'
import { toHalf } from '../../src/runtime/half-float.js'

/** Bytes in the file's order. */
const uint32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)]
const uint64 = (value: number): number[] => [...uint32(value), ...uint32(0)]
const text = (value: string): number[] => [...uint64(value.length), ...Buffer.from(value)]
const floats = (...values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)]
const halves = (...values: number[]): number[] => values.flatMap(value => [toHalf(value) & 255, toHalf(value) >> 8])

interface Told { readonly version?: number, readonly facts?: readonly number[][], readonly tensors: ReadonlyArray<{ name: string, sides: number[], packing: number, offset: number }>, readonly values: readonly number[], readonly alignment?: number }

function gguf ({ version = 3, facts = [], tensors, values, alignment = 32 }: Told): Uint8Array {
  const header = [
    ...Buffer.from('GGUF'), ...uint32(version), ...uint64(tensors.length), ...uint64(facts.length), ...facts.flat(),
    ...tensors.flatMap(({ name, sides, packing, offset }) => [...text(name), ...uint32(sides.length), ...sides.flatMap(uint64), ...uint32(packing), ...uint64(offset)])
  ]
  return Uint8Array.from([...header, ...Array.from({ length: (alignment - header.length % alignment) % alignment }, () => 0), ...values])
}

const MATRIX = { name: 'matrix', sides: [3, 2], packing: 1, offset: 0 }

t.test('tensors are read by their names, the sides in the order of their framework', async t => {
  const facts = [
    [...text('about'), ...uint32(8), ...text('a net')], [...text('flag'), ...uint32(7), 1], [...text('count'), ...uint32(10), ...uint64(7)],
    [...text('names'), ...uint32(9), ...uint32(8), ...uint64(2), ...text('a'), ...text('bc')]
  ]
  const tensors = readGguf(gguf({
    facts, tensors: [MATRIX, { name: 'scalar', sides: [], packing: 0, offset: 32 }], values: [...halves(1, 2, 3, -4, 0.5, 2 ** -24), ...Array<number>(20).fill(0), ...floats(2.5)]
  }))
  t.same(tensors.get('matrix'), { shape: [2, 3], data: Float32Array.of(1, 2, 3, -4, 0.5, 2 ** -24) })
  t.same(tensors.get('scalar'), { shape: [], data: Float32Array.of(2.5) })
})

t.test('values begin where the file says that they are aligned', async t => {
  const facts = [[...text('general.alignment'), ...uint32(4), ...uint32(64)]]
  t.same(readGguf(gguf({ facts, alignment: 64, tensors: [{ ...MATRIX, sides: [1] }], values: halves(7) })).get('matrix')?.data, Float32Array.of(7))
})

t.test('a file that is none, of another version, cut anywhere, or packed otherwise is refused in words', async t => {
  t.throws(() => readGguf(Uint8Array.from(Buffer.from('GGML, an older format'))), { message: 'The file is no GGUF file' })
  const told = { tensors: [MATRIX], values: halves(1, 2, 3, 4, 5, 6) }
  t.throws(() => readGguf(gguf({ ...told, version: 2 })), { message: 'The GGUF file has version 2; 3 is supported' })
  t.throws(() => readGguf(gguf({ ...told, tensors: [{ ...MATRIX, packing: 8 }] })), { message: /^The tensor matrix is packed in ggml's way 8/ })
  t.throws(() => readGguf(gguf({ ...told, facts: [[...text('odd'), ...uint32(99)]] })), { message: 'The GGUF file states a fact of the unknown kind 99' })
  const whole = gguf(told)
  for (let length = 0; length < whole.length; length++) {
    t.throws(() => readGguf(whole.subarray(0, length)), { message: `The GGUF file ends too early: it has ${length} bytes` }, `${length} bytes`)
  }
})

t.test('a length beyond the file makes no huge array', async t => {
  t.throws(() => readGguf(gguf({ tensors: [{ ...MATRIX, sides: [2 ** 31, 2 ** 31] }], values: [] })), { message: /ends too early/ })
})
