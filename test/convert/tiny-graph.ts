// Graphs of a few operations, written as tfjs writes them, converted, and run.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { convertGraph, type Cut } from '../../src/convert/convert-graph.js'
import { writeOnnx } from '../../src/convert/onnx-file.js'
import { type OnnxGraph } from '../../src/convert/onnx-graph.js'
import { readTfGraph } from '../../src/convert/tfjs-graph.js'
import { readTfWeights } from '../../src/convert/tfjs-weights.js'

export type Attribute = string | boolean | readonly number[] | readonly string[]

/** An operation, or a constant of floats or integers. */
export type TinyNode =
  | { readonly name: string, readonly op: string, readonly inputs: readonly string[], readonly attributes?: Readonly<Record<string, Attribute>> }
  | { readonly name: string, readonly shape: readonly number[], readonly floats: readonly number[] }
  | { readonly name: string, readonly shape: readonly number[], readonly integers: readonly number[] }

/** A picture or a map, channels last. */
export interface Values {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export interface Result {
  /** As ONNX gives it: maps are NCHW. */
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** Converts a graph whose input is called "in" and declares this shape. */
export function convertTiny (shape: readonly number[], nodes: readonly TinyNode[], outputs: readonly string[], anySize = true): OnnxGraph {
  const graph = readTfGraph(graphFile(shape, nodes), 'tiny.json')
  const constants = readTfWeights(graph.weights, weightFile(nodes))
  const cut: Cut = { name: 'tiny', input: { node: 'in', name: 'image', anySize }, outputs: outputs.map(name => ({ node: name, name: `${name}-out` })) }
  return convertGraph(graph, constants, cut)
}

/** Runs a converted graph and gives its outputs in order. */
export async function runOnnx (graph: OnnxGraph, { shape, values }: Values): Promise<Result[]> {
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 })
  const [batch = 1, height = 1, width = 1, channels = 1] = shape
  const planes = Float32Array.from(values, (_, i) => values[(i % (height * width)) * channels + Math.floor(i / (height * width))] ?? NaN)
  const results = await session.run({ image: new Tensor('float32', planes, [batch, channels, height, width]) })
  await session.release()
  return graph.outputs.map(name => {
    const result = results[name]
    return { shape: result?.dims ?? [], values: [...(result?.data ?? []) as Float32Array] }
  })
}

/** Converts and runs a graph with one output, called "out". */
export async function runTiny (input: Values, ...nodes: TinyNode[]): Promise<Result> {
  const [result] = await runOnnx(convertTiny(input.shape, nodes, ['out']), input)
  return result ?? { shape: [], values: [] }
}

/** 1, 2, 3, … in a shape. */
export function counting (...shape: number[]): Values {
  return { shape, values: Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => i + 1) }
}

/** The text of a graph file. */
export function graphFile (shape: readonly number[], nodes: readonly TinyNode[]): string {
  const placeholder = { name: 'in', op: 'Placeholder', attr: { shape: { shape: { dim: shape.map(size => ({ size: String(size) })) } } } }
  return JSON.stringify({
    format: 'graph-model',
    modelTopology: {
      // Last first: the order in the file means nothing.
      node: [...nodes].reverse().map(node => 'op' in node
        ? { name: node.name, op: node.op, input: node.inputs, attr: Object.fromEntries(Object.entries(node.attributes ?? {}).map(([name, value]) => [name, attribute(value)])) }
        : { name: node.name, op: 'Const' }).concat(placeholder as never)
    },
    weightsManifest: [{
      paths: ['tiny.bin'],
      weights: nodes.flatMap(node => 'op' in node ? [] : [{ name: node.name, shape: node.shape, dtype: 'floats' in node ? 'float32' : 'int32' }])
    }]
  })
}

function weightFile (nodes: readonly TinyNode[]): Uint8Array {
  return Buffer.concat(nodes.flatMap(node => {
    if ('op' in node) return []
    const values = 'floats' in node ? Float32Array.from(node.floats) : Int32Array.from(node.integers)
    return [Buffer.from(values.buffer)]
  }))
}

function attribute (value: Attribute): object {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  if (typeof value === 'boolean') return { b: value }
  if (typeof value === 'string') return { s: base64(value) }
  if (value.every(entry => typeof entry === 'number')) return { list: { i: value.map(String) } }
  return { list: { s: value.map(entry => base64(String(entry))) } }
}
