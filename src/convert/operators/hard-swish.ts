// MobileNetV3's activation, x * relu6(x + 3) / 6, is four operations in TensorFlow and one in ONNX: the trunk runs 7 %
// faster with the one.
import { type Conversion, type Tensor } from '../conversion.js'
import { type TfNode } from '../tfjs-graph.js'

// Packed as float16 the sixth is off by 2.4e-4 of itself. Twenty such activations in a row move the boxes by more than
// a hundredth, so the difference is kept as the tensor's factor.
const SIXTH_TOLERANCE = 1e-3 / 6

/**
 * Writes mul(mul(x, 1/6), relu6(add(x, 3))) as HardSwish, in whatever order the operands stand.
 * @returns undefined where the node is not the last of such four
 */
export function convertHardSwish (node: TfNode, conversion: Conversion): Tensor | undefined {
  for (const [scaled, clipped] of bothOrders(node)) {
    const product = withConstant(scaled, ['Mul'], conversion)
    const sum = withConstant(relu6Input(clipped, conversion), ['Add', 'AddV2'], conversion)
    if (product === undefined || sum === undefined || product.variable !== sum.variable) continue
    if (Math.abs(product.constant - 1 / 6) > SIXTH_TOLERANCE || sum.constant !== 3) continue
    const tensor = conversion.tensor(product.variable)
    return { ...tensor, name: conversion.builder.add('HardSwish', [tensor.name], node.name), factor: Math.fround(product.constant * 6) }
  }
  return undefined
}

function relu6Input (name: string, conversion: Conversion): string | undefined {
  const node = conversion.node(name)
  return node?.op === 'Relu6' ? node.inputs[0] : undefined
}

/** The operands of an operation on something and a single constant. */
function withConstant (name: string | undefined, ops: readonly string[], conversion: Conversion): { readonly variable: string, readonly constant: number } | undefined {
  const node = name === undefined ? undefined : conversion.node(name)
  if (node === undefined || !ops.includes(node.op)) return undefined
  for (const [variable, constant] of bothOrders(node)) {
    const value = conversion.constant(constant)
    if (value?.data.length === 1) return { variable, constant: value.data[0]! }
  }
  return undefined
}

function bothOrders ({ inputs: [first, second] }: TfNode): Array<readonly [string, string]> {
  return first === undefined || second === undefined ? [] : [[first, second], [second, first]]
}
