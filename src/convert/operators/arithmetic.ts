// Add, Sub and Mul of two values that broadcast.
import { asNchw, type Conversion, inputOf, type Operator, type Tensor } from '../conversion.js'
import { ConversionError } from '../conversion-error.js'
import { NHWC_TO_NCHW, permute, toNchwOrder } from '../layout.js'
import { type TfNode } from '../tfjs-graph.js'
import { type Constant } from '../tfjs-weights.js'

/** An operator that writes ONNX's Add, Sub or Mul. */
export function arithmetic (op: 'Add' | 'Sub' | 'Mul'): Operator {
  return (node, conversion) => {
    const [left, right] = operands(node, conversion, op === 'Mul' ? conversion.factored : conversion.tensor)
    return {
      name: conversion.builder.add(op, [left.name, right.name], node.name),
      shape: broadcast(node, left.shape, right.shape),
      layout: left.layout,
      factor: (left.factor ?? 1) * (right.factor ?? 1)
    }
  }
}

/** Both operands in one layout. A constant takes the layout of the other operand. */
function operands (node: TfNode, conversion: Conversion, tensorOf: (name: string) => Tensor): [Tensor, Tensor] {
  const names = [inputOf(node, 0), inputOf(node, 1)] as const
  const constants = [conversion.constant(names[0]), conversion.constant(names[1])] as const
  if (constants[0] !== undefined && constants[1] !== undefined) throw new ConversionError(`${node.op} ${node.name} has two constants, which is not supported`)
  if (constants[0] !== undefined) {
    const right = tensorOf(names[1])
    return [writeConstant(node, names[0], constants[0], right, conversion), right]
  }
  const left = tensorOf(names[0])
  if (constants[1] !== undefined) return [left, writeConstant(node, names[1], constants[1], left, conversion)]
  const right = tensorOf(names[1])
  if (left.layout === right.layout) return [left, right]
  return [asNchw(left, conversion), asNchw(right, conversion)]
}

function writeConstant (node: TfNode, name: string, constant: Constant, beside: Tensor, { builder }: Conversion): Tensor {
  if (constant.type !== 'float32') throw new ConversionError(`${node.op} ${node.name}: the constant ${name} must hold floats`)
  const { shape, data } = constant
  if (beside.layout === 'plain') return { name: builder.addFloats(name, shape, data), shape, layout: 'plain' }
  // Beside channels second, one value per channel needs two axes behind it.
  if (shape.length === 0) return { name: builder.addFloats(name, [], data), shape, layout: 'nchw' }
  if (shape.length === 1) return { name: builder.addFloats(name, [...shape, 1, 1], data), shape, layout: 'nchw' }
  if (shape.length === 4) return { name: builder.addFloats(name, toNchwOrder(shape), permute(data, shape, NHWC_TO_NCHW)), shape, layout: 'nchw' }
  throw new ConversionError(`${node.op} ${node.name}: the constant ${name} has rank ${shape.length}, which is not supported beside a feature map`)
}

function broadcast (node: TfNode, left: readonly number[], right: readonly number[]): number[] {
  const rank = Math.max(left.length, right.length)
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[axis - rank + left.length] ?? 1
    const b = right[axis - rank + right.length] ?? 1
    if (a !== b && a !== 1 && b !== 1) throw new ConversionError(`${node.op} ${node.name}: the shapes [${left}] and [${right}] do not broadcast`)
    return a === 1 ? b : a
  })
}
