// How constants are packed.
import t from 'tap'
import { readTfWeights } from '../../src/convert/tfjs-weights.js'

t.test('floats, integers and packed values follow each other without alignment', async t => {
  const bytes = new Uint8Array(3 + 2 * 5 + 8 + 4)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 1, 255])
  for (const [i, bits] of [0x3c00, 0xc000, 0x3155, 0x0001, 0x7c00].entries()) view.setUint16(3 + 2 * i, bits, true)
  view.setFloat32(13, 1.5, true)
  view.setFloat32(17, -2.25, true)
  view.setInt32(21, -7, true)
  const constants = readTfWeights([
    { name: 'bytes', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -10 } },
    { name: 'halves', shape: [5], dtype: 'float32', quantization: { dtype: 'float16' } },
    { name: 'floats', shape: [2, 1], dtype: 'float32' },
    { name: 'integer', shape: [], dtype: 'int32' }
  ], bytes)
  t.same([...constants.get('bytes')?.data ?? []], [-10, -9.5, 117.5])
  t.same([...constants.get('halves')?.data ?? []], [1, -2, 0.1666259765625, 2 ** -24, Infinity])
  t.same(constants.get('floats'), { type: 'float32', shape: [2, 1], data: Float32Array.of(1.5, -2.25) })
  t.same(constants.get('integer'), { type: 'int32', shape: [], data: Int32Array.of(-7) })
})

t.test('16-bit integers are scaled', async t => {
  const constants = readTfWeights([{ name: 'a', shape: [1], dtype: 'float32', quantization: { dtype: 'uint16', scale: 2, min: 1 } }], Uint8Array.of(0x02, 0x01))
  t.same([...constants.get('a')?.data ?? []], [0x0102 * 2 + 1])
})

t.test('a file that is too short, too long or of an unknown type is refused', async t => {
  const one = { name: 'a', shape: [2], dtype: 'float32' }
  t.throws(() => readTfWeights([one], new Uint8Array(7)), { name: 'ConversionError', message: /a needs the bytes up to 8, there are 7/ })
  t.throws(() => readTfWeights([one], new Uint8Array(9)), { name: 'ConversionError', message: /describes 8 bytes, there are 9/ })
  t.throws(() => readTfWeights([{ ...one, dtype: 'complex64' }], new Uint8Array(16)), { name: 'ConversionError', message: /a has the type complex64/ })
  t.throws(() => readTfWeights([{ ...one, quantization: { dtype: 'int4' } }], new Uint8Array(1)), { name: 'ConversionError', message: /packed as int4/ })
})
