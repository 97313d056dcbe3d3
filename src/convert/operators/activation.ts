// Functions of one value, and Softmax.
import { asPlain, type Conversion, inputOf, type Operator, type Tensor } from '../conversion.js'
import { type TfNode } from '../tfjs-graph.js'

/** Relu of a tensor, named after its node. */
export function convertRelu (node: TfNode, tensor: Tensor, { builder }: Conversion): Tensor {
  return { ...tensor, name: builder.add('Relu', [tensor.name], node.name) }
}

/** Relu6, which is ONNX's Clip from 0 to 6. */
export function convertRelu6 (node: TfNode, tensor: Tensor, { builder }: Conversion): Tensor {
  const low = builder.addFloats(`${node.name}/low`, [], Float32Array.of(0))
  const high = builder.addFloats(`${node.name}/high`, [], Float32Array.of(6))
  return { ...tensor, name: builder.add('Clip', [tensor.name, low, high], node.name) }
}

/** Sigmoid of a tensor. */
export function convertSigmoid (node: TfNode, tensor: Tensor, { builder }: Conversion): Tensor {
  return { ...tensor, name: builder.add('Sigmoid', [tensor.name], node.name) }
}

/** Softmax over TensorFlow's last axis. */
export function convertSoftmax (node: TfNode, tensor: Tensor, conversion: Conversion): Tensor {
  const plain = asPlain(tensor, conversion)
  return { ...plain, name: conversion.builder.add('Softmax', [plain.name], node.name, { axis: { int: -1 } }) }
}

/** An operator out of a function of one tensor. */
export function ofOneTensor (convert: (node: TfNode, tensor: Tensor, conversion: Conversion) => Tensor): Operator {
  return (node, conversion) => convert(node, conversion.tensor(inputOf(node, 0)), conversion)
}
