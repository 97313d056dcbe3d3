// Each operation on a picture small enough to work the numbers out by hand.
import t from 'tap'
import { type Attribute, convertTiny, counting, type Result, runOnnx, runTiny, type TinyNode } from './tiny-graph.js'

const STEPS = { strides: [1, 1, 1, 1], dilations: [1, 1, 1, 1], padding: 'VALID' } as const

function operation (op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): TinyNode {
  return { name: 'out', op, inputs, attributes }
}
function floats (name: string, shape: readonly number[], ...values: number[]): TinyNode {
  return { name, shape, floats: values }
}
function integers (name: string, shape: readonly number[], ...values: number[]): TinyNode {
  return { name, shape, integers: values }
}
function rounded ({ shape, values }: Result): Result {
  return { shape, values: values.map(value => Number(value.toFixed(5))) }
}

t.test('a convolution sums over input channels, each output channel with its own kernel', async t => {
  // One pixel of 1 and 10; kernel rows are input channels, columns are output channels.
  const result = await runTiny({ shape: [1, 1, 1, 2], values: [1, 10] }, floats('k', [1, 1, 2, 3], 1, 2, 3, 4, 5, 6), operation('Conv2D', ['in', 'k'], STEPS))
  t.same(result, { shape: [1, 3, 1, 1], values: [41, 52, 63] })
})

t.test('a kernel is not mirrored and height is not taken for width', async t => {
  const result = await runTiny(counting(1, 2, 3, 1), floats('k', [2, 1, 1, 1], 1, 100), operation('Conv2D', ['in', 'k'], STEPS))
  t.same(result, { shape: [1, 1, 1, 3], values: [401, 502, 603] })
})

// A kernel that sees its top left corner only, so that the result shows where the window stood.
const corner = floats('k', [3, 3, 1, 1], 1, 0, 0, 0, 0, 0, 0, 0, 0)
const halving = { strides: [1, 2, 2, 1], dilations: [1, 1, 1, 1], padding: 'SAME' } as const

t.test('SAME padding by two on an even size pads below and on the right only', async t => {
  t.same(await runTiny(counting(1, 4, 4, 1), corner, operation('Conv2D', ['in', 'k'], halving)), { shape: [1, 1, 2, 2], values: [1, 3, 9, 11] })
})

t.test('SAME padding by two on an odd size pads all around', async t => {
  t.same(await runTiny(counting(1, 5, 5, 1), corner, operation('Conv2D', ['in', 'k'], halving)), { shape: [1, 1, 3, 3], values: [0, 0, 0, 0, 7, 9, 0, 17, 19] })
})

t.test('a graph made for one size pads another size as that wants it', async t => {
  const graph = convertTiny([1, 4, 4, 1], [corner, operation('Conv2D', ['in', 'k'], halving)], ['out'])
  t.same(await runOnnx(graph, counting(1, 5, 5, 1)), [{ shape: [1, 1, 3, 3], values: [0, 0, 0, 0, 7, 9, 0, 17, 19] }])
  t.same(graph.input, { name: 'image', shape: [1, 1, 'height', 'width'] })
  t.same(convertTiny([1, 4, 4, 1], [corner, operation('Conv2D', ['in', 'k'], halving)], ['out'], false).input, { name: 'image', shape: [1, 1, 4, 4] })
})

t.test('dilations spread the kernel', async t => {
  const dilated = { ...STEPS, dilations: [1, 2, 2, 1] }
  t.same(await runTiny(counting(1, 3, 3, 1), floats('k', [2, 2, 1, 1], 1, 10, 100, 1000), operation('Conv2D', ['in', 'k'], dilated)), { shape: [1, 1, 1, 1], values: [1 + 30 + 700 + 9000] })
})

t.test('bias and activation that are fused to a convolution come behind it, in that order', async t => {
  const pixels = { shape: [1, 1, 3, 1], values: [-3, 1, 9] }
  const fused = (...ops: string[]): TinyNode[] => [floats('k', [1, 1, 1, 1], 1), floats('b', [1], 2), operation('_FusedConv2D', ['in', 'k', 'b'], { ...STEPS, fused_ops: ops })]
  t.same((await runTiny(pixels, ...fused('BiasAdd'))).values, [-1, 3, 11])
  t.same((await runTiny(pixels, ...fused('BiasAdd', 'Relu'))).values, [0, 3, 11])
  t.same((await runTiny(pixels, ...fused('BiasAdd', 'Relu6'))).values, [0, 3, 6])
})

t.test('a depthwise convolution keeps channels apart, a multiplier makes several of each', async t => {
  const kernel = floats('k', [1, 1, 2, 2], 1, 2, 3, 4)
  t.same(await runTiny({ shape: [1, 1, 1, 2], values: [10, 100] }, kernel, operation('DepthwiseConv2dNative', ['in', 'k'], STEPS)), { shape: [1, 4, 1, 1], values: [10, 20, 300, 400] })
  t.same(await runTiny({ shape: [1, 1, 1, 2], values: [10, 100] }, kernel, floats('b', [4], 1, 1, 1, -999), operation('FusedDepthwiseConv2dNative', ['in', 'k', 'b'], { ...STEPS, fused_ops: ['BiasAdd', 'Relu'] })),
    { shape: [1, 4, 1, 1], values: [11, 21, 301, 0] })
})

t.test('MaxPool never takes the padding', async t => {
  const pool = operation('MaxPool', ['in'], { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'SAME' })
  t.same(await runTiny({ shape: [1, 3, 3, 1], values: [-1, -2, -3, -4, -5, -6, -7, -8, -9] }, pool), { shape: [1, 1, 2, 2], values: [-1, -3, -7, -9] })
})

t.test('ResizeBilinear without flags samples at i / factor', async t => {
  const resize = operation('ResizeBilinear', ['in', 'size'], { align_corners: false, half_pixel_centers: false })
  t.same(await runTiny({ shape: [1, 2, 2, 1], values: [0, 10, 20, 30] }, integers('size', [2], 4, 4), resize),
    { shape: [1, 1, 4, 4], values: [0, 5, 10, 10, 10, 15, 20, 20, 20, 25, 30, 30, 20, 25, 30, 30] })
})

t.test('ResizeBilinear keeps its factor at another input size, for each side its own', async t => {
  const graph = convertTiny([1, 2, 2, 1], [integers('size', [2], 2, 4), operation('ResizeBilinear', ['in', 'size'])], ['out'])
  t.same(await runOnnx(graph, { shape: [1, 1, 3, 1], values: [0, 10, 20] }), [{ shape: [1, 1, 1, 6], values: [0, 5, 10, 15, 20, 20] }])
})

t.test('ResizeBilinear with half pixel centres samples there', async t => {
  const resize = operation('ResizeBilinear', ['in', 'size'], { half_pixel_centers: true })
  t.same((await runTiny({ shape: [1, 1, 2, 1], values: [0, 10] }, integers('size', [2], 1, 4), resize)).values, [0, 2.5, 7.5, 10])
})

t.test('Mean over height and width, with and without keeping them', async t => {
  const map = { shape: [1, 2, 2, 2], values: [1, 10, 2, 20, 3, 30, 6, 60] }
  t.same(await runTiny(map, integers('axes', [2], 1, 2), operation('Mean', ['in', 'axes'], { keep_dims: true })), { shape: [1, 2, 1, 1], values: [3, 30] })
  t.same(await runTiny(map, integers('axes', [2], 2, 1), operation('Mean', ['in', 'axes'])), { shape: [1, 2], values: [3, 30] })
})

t.test('Mean over channels alone', async t => {
  const map = { shape: [1, 1, 2, 2], values: [1, 3, 10, 30] }
  t.same(await runTiny(map, integers('axes', [1], -1), operation('Mean', ['in', 'axes'])), { shape: [1, 1, 2], values: [2, 20] })
  t.same(await runTiny(map, integers('axes', [1], 3), operation('Mean', ['in', 'axes'], { keep_dims: true })), { shape: [1, 1, 1, 2], values: [2, 20] })
})

t.test('ConcatV2 joins along channels or rows', async t => {
  const map = { shape: [1, 1, 2, 1], values: [1, 2] }
  for (const axis of [3, -1]) t.same(await runTiny(map, integers('axis', [], axis), operation('ConcatV2', ['in', 'in', 'axis'])), { shape: [1, 2, 1, 2], values: [1, 2, 1, 2] })
  t.same(await runTiny(map, integers('axis', [], 1), operation('ConcatV2', ['in', 'in', 'axis'])), { shape: [1, 1, 2, 2], values: [1, 2, 1, 2] })
  t.same(await runTiny(map, integers('axis', [], 2), operation('ConcatV2', ['in', 'in', 'in', 'axis'])), { shape: [1, 1, 1, 6], values: [1, 2, 1, 2, 1, 2] })
})

t.test('Pad adds zeros where TensorFlow adds them', async t => {
  const map = { shape: [1, 1, 2, 1], values: [1, 2] }
  t.same(await runTiny(map, integers('pads', [4, 2], 0, 0, 0, 0, 0, 0, 0, 1), operation('Pad', ['in', 'pads'])), { shape: [1, 2, 1, 2], values: [1, 2, 0, 0] }, 'channels')
  t.same(await runTiny(map, integers('pads', [4, 2], 0, 0, 1, 0, 0, 2, 0, 0), operation('Pad', ['in', 'pads'])), { shape: [1, 1, 2, 4], values: [0, 0, 0, 0, 1, 2, 0, 0] }, 'above and right')
})

t.test('Reshape reads a map pixel by pixel', async t => {
  const map = { shape: [1, 1, 2, 2], values: [1, 2, 3, 4] }
  t.same(await runTiny(map, integers('shape', [2], 1, 4), operation('Reshape', ['in', 'shape'])), { shape: [1, 4], values: [1, 2, 3, 4] })
  t.same(await runTiny(map, integers('shape', [3], 1, -1, 1), operation('Reshape', ['in', 'shape'])), { shape: [1, 4, 1], values: [1, 2, 3, 4] })
})

t.test('what a Reshape made can be a map again', async t => {
  const result = await runTiny({ shape: [1, 1, 2, 2], values: [1, 2, 3, 4] },
    integers('shape', [4], 1, 2, 2, 1), { name: 'turned', op: 'Reshape', inputs: ['in', 'shape'] }, floats('k', [2, 2, 1, 1], 1, 10, 100, 1000), operation('Conv2D', ['turned', 'k'], STEPS))
  t.same(result, { shape: [1, 1, 1, 1], values: [4321] })
})

t.test('arithmetic with a constant: single, one a channel, one a value; on either side', async t => {
  const map = { shape: [1, 1, 2, 2], values: [1, 2, 3, 4] }
  t.same((await runTiny(map, floats('c', [], 10), operation('Add', ['in', 'c']))).values, [11, 13, 12, 14])
  t.same((await runTiny(map, floats('c', [2], 10, 100), operation('AddV2', ['in', 'c']))).values, [11, 13, 102, 104])
  t.same((await runTiny(map, floats('c', [1, 1, 2, 2], 10, 20, 30, 40), operation('Mul', ['in', 'c']))).values, [10, 90, 40, 160])
  t.same((await runTiny(map, floats('c', [2], 10, 100), operation('Sub', ['c', 'in']))).values, [9, 7, 98, 96])
})

t.test('arithmetic of a map and its mean broadcasts', async t => {
  const result = await runTiny({ shape: [1, 1, 2, 2], values: [1, 10, 3, 30] },
    integers('axes', [2], 1, 2), { name: 'mean', op: 'Mean', inputs: ['in', 'axes'], attributes: { keep_dims: true } }, operation('Sub', ['in', 'mean']))
  t.same(result, { shape: [1, 2, 1, 2], values: [-1, 1, -10, 10] })
})

t.test('arithmetic of a map and of what a Reshape made', async t => {
  const result = await runTiny(counting(1, 1, 2, 2), integers('shape', [4], 1, 1, 2, 2), { name: 'same', op: 'Reshape', inputs: ['in', 'shape'] }, operation('Mul', ['in', 'same']))
  t.same(result, { shape: [1, 2, 1, 2], values: [1, 9, 4, 16] })
})

t.test('functions of one value', async t => {
  const row = { shape: [1, 1, 4, 1], values: [-2, 0, 2, 8] }
  t.same((await runTiny(row, operation('Relu', ['in']))).values, [0, 0, 2, 8])
  t.same((await runTiny(row, operation('Relu6', ['in']))).values, [0, 0, 2, 6])
  t.same(rounded(await runTiny(row, operation('Sigmoid', ['in']))).values, [0.1192, 0.5, 0.8808, 0.99966])
})

t.test('Softmax runs over TensorFlow\'s last axis', async t => {
  const map = { shape: [1, 1, 2, 2], values: [0, Math.log(3), 5, 5] }
  t.same(rounded(await runTiny(map, operation('Softmax', ['in']))), { shape: [1, 1, 2, 2], values: [0.25, 0.75, 0.5, 0.5] })
})

t.test('a matrix product, with bias and activation, its weights as they are or transposed', async t => {
  const flat: TinyNode[] = [integers('shape', [2], 1, 2), { name: 'flat', op: 'Reshape', inputs: ['in', 'shape'] }]
  const pixel = { shape: [1, 1, 1, 2], values: [1, 10] }
  t.same(await runTiny(pixel, ...flat, floats('w', [2, 3], 1, 2, 3, 4, 5, 6), operation('MatMul', ['flat', 'w'])), { shape: [1, 3], values: [41, 52, 63] })
  t.same(await runTiny(pixel, ...flat, floats('w', [3, 2], 1, 4, 2, 5, 3, 6), floats('b', [3], 0, 0, -99), operation('_FusedMatMul', ['flat', 'w', 'b'], { transpose_b: true, fused_ops: ['BiasAdd', 'Relu'] })),
    { shape: [1, 3], values: [41, 52, 0] })
})
