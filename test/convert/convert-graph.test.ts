// Cuts: what of a graph becomes a file, how its ends are called, and what is said of graphs that cannot be converted.
import t from 'tap'
import { convertGraph } from '../../src/convert/convert-graph.js'
import { readTfGraph } from '../../src/convert/tfjs-graph.js'
import { convertTiny, counting, graphFile, runOnnx, type TinyNode } from './tiny-graph.js'

const two: TinyNode[] = [
  { name: 'k', shape: [1, 1, 1, 1], floats: [2] },
  { name: 'unused', shape: [1, 1, 1, 1], floats: [3] },
  { name: 'double', op: 'Conv2D', inputs: ['in:0', 'k', '^in'], attributes: { padding: 'VALID' } },
  { name: 'positive', op: 'Relu', inputs: ['double'] },
  { name: 'same', op: 'Identity', inputs: ['positive'] },
  { name: 'tail', op: 'NoSuchOperation', inputs: ['same'] }
]

t.test('a cut holds what its outputs need and nothing else', async t => {
  const whole = convertTiny([1, 2, 2, 1], two, ['same'])
  t.same(whole.nodes.map(node => node.op), ['Conv', 'Relu'])
  t.same(whole.constants.map(constant => constant.name), ['k'])
  const short = convertTiny([1, 2, 2, 1], two, ['double'])
  t.same(short.nodes.map(node => node.op), ['Conv'])
})

t.test('outputs have the names that were asked for, in that order', async t => {
  const graph = convertTiny([1, 1, 2, 1], two, ['same', 'double'])
  t.same(graph.outputs, ['same-out', 'double-out'])
  t.same((await runOnnx(graph, { shape: [1, 1, 2, 1], values: [-1, 1] })).map(result => result.values), [[0, 2], [-2, 2]])
})

t.test('one tensor may be two outputs, and the input may be one', async t => {
  const graph = convertTiny([1, 1, 2, 1], two, ['positive', 'same', 'in'])
  t.same((await runOnnx(graph, { shape: [1, 1, 2, 1], values: [-1, 1] })).map(result => result.values), [[0, 2], [0, 2], [-1, 1]])
})

t.test('an operation that is called as an end of the file gets out of the way', async t => {
  const nodes: TinyNode[] = [{ name: 'image', op: 'Relu', inputs: ['in'] }, { name: 'b', op: 'Relu', inputs: ['image'] }, { name: 'b-out', op: 'Sigmoid', inputs: ['b'] }]
  const graph = convertTiny([1, 1, 1, 1], nodes, ['b', 'b-out'])
  t.same((await runOnnx(graph, { shape: [1, 1, 1, 1], values: [0] })).map(result => result.values), [[0], [0.5]])
})

t.test('what cannot be converted is named', async t => {
  const fails = (message: RegExp, nodes: readonly TinyNode[], shape: readonly number[] = [1, 4, 4, 1]): void => {
    t.throws(() => convertTiny(shape, nodes, ['out']), { name: 'ConversionError', message })
  }
  const kernel: TinyNode = { name: 'k', shape: [1, 1, 1, 1], floats: [1] }
  const bias: TinyNode = { name: 'b', shape: [1], floats: [1] }
  const size = (...integers: number[]): TinyNode => ({ name: 'size', shape: [integers.length], integers })
  const out = (op: string, inputs: readonly string[], attributes: Record<string, string | boolean | readonly string[]> = {}): TinyNode => ({ name: 'out', op, inputs, attributes })
  fails(/The graph has no operation out/, [])
  fails(/NoSuchOperation \(tail\) is not supported/, [...two, out('Relu', ['tail'])])
  fails(/out has no input 0/, [out('Relu', [])])
  fails(/out: input 1 must be a constant of floats/, [out('Conv2D', ['in', 'in'], { padding: 'VALID' })])
  fails(/out: input 1 must be a constant of integers/, [kernel, out('Reshape', ['in', 'k'])])
  fails(/data format NCHW/, [kernel, out('Conv2D', ['in', 'k'], { padding: 'VALID', data_format: 'NCHW' })])
  fails(/padding EXPLICIT/, [kernel, out('Conv2D', ['in', 'k'], { padding: 'EXPLICIT' })])
  fails(/reads 1 channels, image has 3/, [kernel, out('Conv2D', ['in', 'k'], { padding: 'VALID' })], [1, 4, 4, 3])
  fails(/has Elu fused/, [kernel, bias, out('_FusedConv2D', ['in', 'k', 'b'], { padding: 'VALID', fused_ops: ['Elu'] })])
  fails(/activation Elu fused/, [kernel, bias, out('_FusedConv2D', ['in', 'k', 'b'], { padding: 'VALID', fused_ops: ['BiasAdd', 'Elu'] })])
  fails(/makes 6 x 8 of 4 x 4/, [size(6, 8), out('ResizeBilinear', ['in', 'size'])])
  fails(/aligns corners/, [size(8, 8), out('ResizeBilinear', ['in', 'size'], { align_corners: true })])
  fails(/makes \[1,3\] of \[1,4,4,1\]/, [size(1, 3), out('Reshape', ['in', 'size'])])
  fails(/has two constants/, [kernel, bias, out('Add', ['k', 'b'])])
  fails(/rank 2, which is not supported beside a feature map/, [{ name: 'c', shape: [1, 1], floats: [1] }, out('Add', ['in', 'c'])])
  fails(/must hold floats/, [size(1), out('Add', ['in', 'size'])])
  fails(/do not broadcast/, [{ name: 'c', shape: [3], floats: [1, 2, 3] }, out('Add', ['in', 'c'])], [1, 4, 4, 2])
  fails(/multiplies \[1,4,4,1\] with \[1,1,1,1\]/, [kernel, out('MatMul', ['in', 'k'])])
  fails(/joins nothing/, [size(3), out('ConcatV2', ['size'])])
  fails(/has rank 2; a feature map of rank 4 is needed/, [size(1, 16), { name: 'flat', op: 'Reshape', inputs: ['in', 'size'] }, kernel, out('Conv2D', ['flat', 'k'], { padding: 'VALID' })])
  fails(/The input in has the shape \[-1,-1,-1,3\]/, [], [-1, -1, -1, 3])
})

t.test('an input that the graph has not is named', async t => {
  const graph = readTfGraph(graphFile([1, 2, 2, 1], two), 'a.json')
  const cut = { name: 'a', input: { node: 'double', name: 'image', anySize: true }, outputs: [{ node: 'same', name: 'out' }] }
  t.throws(() => convertGraph(graph, new Map(), cut), { name: 'ConversionError', message: 'The graph has no input double' })
})

t.test('the batch is one, whatever the graph declares', async t => {
  t.same(convertTiny([-1, 2, 2, 1], two, ['same']).input.shape, [1, 1, 'height', 'width'])
})

t.test('a file that is no tfjs graph is refused with the place where it differs', async t => {
  t.throws(() => readTfGraph('{', 'a.json'), { name: 'ConversionError', message: /^a\.json is not JSON/ })
  t.throws(() => readTfGraph('{"format":"layers-model"}', 'a.json'), { name: 'ConversionError', message: /^a\.json has another shape than expected: / })
  const noName = graphFile([1, 2, 2, 1], two).replace('"name":"same",', '')
  t.throws(() => readTfGraph(noName, 'a.json'), { message: /\/modelTopology\/node\/1 / })
})

t.test('the graph keeps no order of its own', async t => {
  const result = await runOnnx(convertTiny([1, 2, 2, 1], [...two].reverse(), ['same']), counting(1, 2, 2, 1))
  t.same(result, [{ shape: [1, 1, 2, 2], values: [2, 4, 6, 8] }])
})
