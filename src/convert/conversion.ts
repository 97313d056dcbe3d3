// What an operator may ask while a graph is converted, and the layouts in which tensors pass between operators.
import { ConversionError } from './conversion-error.js'
import { NCHW_TO_NHWC, NHWC_TO_NCHW } from './layout.js'
import { type GraphBuilder } from './onnx-graph.js'
import { type TfNode } from './tfjs-graph.js'
import { type Constant } from './tfjs-weights.js'

/** A value of the ONNX graph. */
export interface Tensor {
  readonly name: string
  /** In TensorFlow's order, NHWC, whatever the layout; at the input size that the original graph declares. */
  readonly shape: readonly number[]
  /** `nchw`: rank 4, channels second. `plain`: TensorFlow's own order. */
  readonly layout: 'nchw' | 'plain'
  /** The true values are this many times those that the tensor holds; 1 where it is not set. */
  readonly factor?: number
}

/** The graph that is read, and the one that is written. */
export interface Conversion {
  readonly builder: GraphBuilder
  /** The operation of this name; undefined where the graph has none. */
  node (name: string): TfNode | undefined
  /** The value of a constant; undefined where the name is not a constant's. */
  constant (name: string): Constant | undefined
  /** The converted output of an operation, which is converted first where it is not yet. Its factor is 1. */
  tensor (name: string): Tensor
  /** The same for operators that can pass a factor on or take it into their weights. */
  factored (name: string): Tensor
}

/** Writes one operation of the graph. */
export type Operator = (node: TfNode, conversion: Conversion) => Tensor

/** The name of a node's input by position. */
export function inputOf (node: TfNode, index: number): string {
  const name = node.inputs[index]
  if (name === undefined) throw new ConversionError(`${node.op} ${node.name} has no input ${index}`)
  return name
}

/** An input that must be a constant of floats. */
export function floatsOf (node: TfNode, index: number, conversion: Conversion): Constant & { readonly type: 'float32' } {
  const constant = conversion.constant(inputOf(node, index))
  if (constant?.type !== 'float32') throw new ConversionError(`${node.op} ${node.name}: input ${index} must be a constant of floats`)
  return constant
}

/** An input that must be a constant of integers, as axes, shapes and paddings are. */
export function integersOfInput (node: TfNode, index: number, conversion: Conversion): readonly number[] {
  const constant = conversion.constant(inputOf(node, index))
  if (constant?.type !== 'int32') throw new ConversionError(`${node.op} ${node.name}: input ${index} must be a constant of integers`)
  return [...constant.data]
}

/** A feature map with channels second, as convolutions want it. */
export function asNchw (tensor: Tensor, { builder }: Conversion): Tensor {
  if (tensor.layout === 'nchw') return tensor
  if (tensor.shape.length !== 4) throw new ConversionError(`${tensor.name} has rank ${tensor.shape.length}; a feature map of rank 4 is needed`)
  return { ...tensor, name: builder.add('Transpose', [tensor.name], `${tensor.name}/nchw`, { perm: { ints: NHWC_TO_NCHW } }), layout: 'nchw' }
}

/** The same values in TensorFlow's order, for what depends on it. */
export function asPlain (tensor: Tensor, { builder }: Conversion): Tensor {
  if (tensor.layout === 'plain') return tensor
  return { ...tensor, name: builder.add('Transpose', [tensor.name], `${tensor.name}/nhwc`, { perm: { ints: NCHW_TO_NHWC } }), layout: 'plain' }
}
