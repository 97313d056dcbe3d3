// From a TensorFlow graph to an ONNX graph: walks from the outputs that are asked for back to the input, so that what
// no output needs is left out. The runtime computes a whole file whatever output is asked: a cut is a file of its own.
import { type Conversion, type Tensor } from './conversion.js'
import { ConversionError } from './conversion-error.js'
import { toNchwOrder } from './layout.js'
import { GraphBuilder, type OnnxGraph, type OnnxNode } from './onnx-graph.js'
import { OPERATORS } from './operator-table.js'
import { shapeOf, type TfGraph, type TfNode } from './tfjs-graph.js'
import { type Constant } from './tfjs-weights.js'

/** What of a graph becomes a file, and how its ends are called there. */
export interface Cut {
  /** The graph's name in the file. */
  readonly name: string
  readonly input: {
    /** The placeholder's name in TensorFlow's graph. */
    readonly node: string
    readonly name: string
    /** Whether every height and width is taken, or only those that the graph declares. */
    readonly anySize: boolean
  }
  readonly outputs: ReadonlyArray<{ readonly node: string, readonly name: string }>
}

/**
 * Converts the part of a graph that leads to the outputs of a cut. The batch is 1; feature maps, the input too, are
 * NCHW; everything else has TensorFlow's order of axes.
 * @throws ConversionError an operation that is not supported, a missing node or constant; the message names it
 */
export function convertGraph (graph: TfGraph, constants: ReadonlyMap<string, Constant>, cut: Cut): OnnxGraph {
  const builder = new GraphBuilder([cut.input.name, ...cut.outputs.map(output => output.name)])
  const shape = inputShape(graph, cut.input.node)
  const factored = new Map<string, Tensor>([[cut.input.node, { name: cut.input.name, shape, layout: 'nchw' }]])
  const whole = new Map<string, Tensor>()
  const conversion: Conversion = {
    builder,
    node: name => graph.nodes.get(name),
    constant: name => graph.nodes.get(name)?.op === 'Const' ? constants.get(name) : undefined,
    tensor: name => remember(whole, name, () => withoutFactor(conversion.factored(name), builder)),
    factored: name => remember(factored, name, () => convertNode(name))
  }

  function convertNode (name: string): Tensor {
    const node = graph.nodes.get(name)
    if (node === undefined) throw new ConversionError(`The graph has no operation ${name}`)
    return operatorOf(node)(node, conversion)
  }

  const ends = cut.outputs.map(({ node, name }) => ({ name, tensor: conversion.tensor(node).name }))
  const [batch = 1, channels = 1, height = 1, width = 1] = toNchwOrder(shape)
  return {
    name: cut.name,
    input: { name: cut.input.name, shape: cut.input.anySize ? [batch, channels, 'height', 'width'] : [batch, channels, height, width] },
    outputs: cut.outputs.map(output => output.name),
    nodes: nameEnds(builder.nodes, ends),
    constants: builder.constants
  }
}

/** The picture that a graph declares: one, of a known size, channels last. */
function inputShape (graph: TfGraph, name: string): number[] {
  const placeholder = graph.nodes.get(name)
  if (placeholder?.op !== 'Placeholder') throw new ConversionError(`The graph has no input ${name}`)
  const [, ...sides] = shapeOf(placeholder)
  if (sides.length !== 3 || sides.some(side => side < 1)) throw new ConversionError(`The input ${name} has the shape [${shapeOf(placeholder)}]; a picture of a known size is needed`)
  return [1, ...sides]
}

function operatorOf (node: TfNode): NonNullable<typeof OPERATORS[string]> {
  const operator = OPERATORS[node.op]
  if (operator === undefined) throw new ConversionError(`The operation ${node.op} (${node.name}) is not supported`)
  return operator
}

function remember (tensors: Map<string, Tensor>, name: string, make: () => Tensor): Tensor {
  const tensor = tensors.get(name) ?? make()
  tensors.set(name, tensor)
  return tensor
}

function withoutFactor (tensor: Tensor, builder: GraphBuilder): Tensor {
  const { factor = 1, ...rest } = tensor
  if (factor === 1) return rest
  const constant = builder.addFloats(`${tensor.name}/factor`, [], Float32Array.of(factor))
  return { ...rest, name: builder.add('Mul', [tensor.name, constant], `${tensor.name}/whole`) }
}

/** Renames the tensors that are outputs; one that is an output twice, or the input itself, gets an Identity. */
function nameEnds (nodes: readonly OnnxNode[], ends: ReadonlyArray<{ readonly name: string, readonly tensor: string }>): OnnxNode[] {
  const computed = new Set(nodes.map(node => node.output))
  const renamed = new Map<string, string>()
  const copies: OnnxNode[] = []
  for (const { name, tensor } of ends) {
    if (computed.has(tensor) && !renamed.has(tensor)) renamed.set(tensor, name)
    else copies.push({ op: 'Identity', inputs: [renamed.get(tensor) ?? tensor], output: name, attributes: {} })
  }
  const rename = (name: string): string => renamed.get(name) ?? name
  return [...nodes.map(node => ({ ...node, inputs: node.inputs.map(rename), output: rename(node.output) })), ...copies]
}
