// What changes the height and width of a feature map without weights: MaxPool, ResizeBilinear, Mean.
import { asNchw, asPlain, type Conversion, inputOf, integersOfInput, type Tensor } from '../conversion.js'
import { ConversionError } from '../conversion-error.js'
import { toNchwAxis } from '../layout.js'
import { flagOf, integersOf, type TfNode } from '../tfjs-graph.js'
import { spatial, windowOf } from './window.js'

/** MaxPool; what is padded never wins, in both worlds. */
export function convertMaxPool (node: TfNode, conversion: Conversion): Tensor {
  const source = asNchw(conversion.tensor(inputOf(node, 0)), conversion)
  const [batch = 1, height = 1, width = 1, channels = 1] = source.shape
  const [kernelY = 1, kernelX = 1] = spatial(integersOf(node, 'ksize'))
  const window = windowOf(node, [kernelY, kernelX])
  return { name: conversion.builder.add('MaxPool', [source.name], node.name, window.attributes), shape: [batch, ...window.outputSize(height, width), channels], layout: 'nchw' }
}

/**
 * ResizeBilinear. The graph states the size that it wants at its declared input size; what it means is a whole factor,
 * which holds at every input size. With both flags off, output pixel i samples i / factor: "asymmetric".
 */
export function convertResizeBilinear (node: TfNode, conversion: Conversion): Tensor {
  const source = asNchw(conversion.tensor(inputOf(node, 0)), conversion)
  const [batch = 1, height = 1, width = 1, channels = 1] = source.shape
  const [toHeight = 0, toWidth = 0] = integersOfInput(node, 1, conversion)
  const factors = [toHeight / height, toWidth / width]
  if (!factors.every(factor => Number.isInteger(factor) && factor > 0)) {
    throw new ConversionError(`${node.op} ${node.name} makes ${toHeight} x ${toWidth} of ${height} x ${width}; only whole factors are supported`)
  }
  if (flagOf(node, 'align_corners')) throw new ConversionError(`${node.op} ${node.name} aligns corners, which is not supported`)
  const scales = conversion.builder.addFloats(`${node.name}/scales`, [4], Float32Array.of(1, 1, ...factors))
  const name = conversion.builder.add('Resize', [source.name, '', scales], node.name, {
    mode: { text: 'linear' },
    coordinate_transformation_mode: { text: flagOf(node, 'half_pixel_centers') ? 'half_pixel' : 'asymmetric' }
  })
  return { name, shape: [batch, toHeight, toWidth, channels], layout: 'nchw' }
}

/** Mean over axes; over height and width alone it stays in the layout of feature maps. */
export function convertMean (node: TfNode, conversion: Conversion): Tensor {
  const given = conversion.factored(inputOf(node, 0))
  const axes = integersOfInput(node, 1, conversion).map(axis => axis < 0 ? axis + given.shape.length : axis)
  const keepsDims = flagOf(node, 'keep_dims')
  // Whether channels stand second or last only matters where an axis beside them stays.
  const overMap = given.layout === 'nchw' && (keepsDims || (axes.length === 2 && axes.includes(1) && axes.includes(2)))
  const source = overMap ? given : asPlain(given, conversion)
  const name = conversion.builder.add('ReduceMean', [source.name], node.name, {
    axes: { ints: overMap ? axes.map(toNchwAxis) : axes },
    keepdims: { int: keepsDims ? 1 : 0 }
  })
  const shape = keepsDims ? source.shape.map((side, axis) => axes.includes(axis) ? 1 : side) : source.shape.filter((_, axis) => !axes.includes(axis))
  return { ...source, name, shape, layout: keepsDims ? source.layout : 'plain' }
}
