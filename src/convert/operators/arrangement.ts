// What moves values without computing: ConcatV2, Pad, Reshape.
import { asNchw, asPlain, type Conversion, inputOf, integersOfInput, type Tensor } from '../conversion.js'
import { ConversionError } from '../conversion-error.js'
import { toNchwAxis, toNchwOrder } from '../layout.js'
import { type TfNode } from '../tfjs-graph.js'

/** ConcatV2; the axis is the last input. */
export function convertConcat (node: TfNode, conversion: Conversion): Tensor {
  const last = node.inputs.length - 1
  const given = node.inputs.slice(0, last).map(name => conversion.tensor(name))
  const asMaps = given.some(tensor => tensor.layout === 'nchw')
  const tensors = asMaps ? given.map(tensor => asNchw(tensor, conversion)) : given
  const [first] = tensors
  const [stated] = integersOfInput(node, last, conversion)
  if (first === undefined || stated === undefined) throw new ConversionError(`${node.op} ${node.name} joins nothing`)
  const axis = stated < 0 ? stated + first.shape.length : stated
  const length = tensors.reduce((sum, tensor) => sum + (tensor.shape[axis] ?? 0), 0)
  const name = conversion.builder.add('Concat', tensors.map(tensor => tensor.name), node.name, { axis: { int: asMaps ? toNchwAxis(axis) : axis } })
  return { name, shape: first.shape.map((side, i) => i === axis ? length : side), layout: first.layout }
}

/** Pad with zeros; the paddings are pairs of before and after, one pair an axis. */
export function convertPad (node: TfNode, conversion: Conversion): Tensor {
  const source = conversion.tensor(inputOf(node, 0))
  const paddings = integersOfInput(node, 1, conversion)
  const before = paddings.filter((_, i) => i % 2 === 0)
  const after = paddings.filter((_, i) => i % 2 === 1)
  const inLayout = (values: readonly number[]): readonly number[] => source.layout === 'nchw' ? toNchwOrder(values) : values
  const pads = conversion.builder.addIntegers(inputOf(node, 1), [...inLayout(before), ...inLayout(after)])
  return {
    name: conversion.builder.add('Pad', [source.name, pads], node.name),
    shape: source.shape.map((side, axis) => side + (before[axis] ?? 0) + (after[axis] ?? 0)),
    layout: source.layout
  }
}

/** Reshape, which reads the values in TensorFlow's order. One side may be -1. */
export function convertReshape (node: TfNode, conversion: Conversion): Tensor {
  const source = asPlain(conversion.tensor(inputOf(node, 0)), conversion)
  const stated = integersOfInput(node, 1, conversion)
  const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)
  const known = size(stated.filter(side => side !== -1))
  const shape = stated.map(side => side === -1 ? size(source.shape) / known : side)
  if (size(shape) !== size(source.shape)) throw new ConversionError(`${node.op} ${node.name} makes [${stated}] of [${source.shape}]`)
  const target = conversion.builder.addIntegers(inputOf(node, 1), stated)
  return { name: conversion.builder.add('Reshape', [source.name, target], node.name), shape, layout: 'plain' }
}
