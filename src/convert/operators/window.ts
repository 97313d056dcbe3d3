// What convolutions and poolings share: a window that slides over the map.
import { ConversionError } from '../conversion-error.js'
import { toNchwOrder } from '../layout.js'
import { type AttributeValue } from '../onnx-graph.js'
import { integersOf, type TfNode, textOf } from '../tfjs-graph.js'

/** A window's attributes in ONNX, and the height and width that it leaves of a map. */
export interface Window {
  readonly attributes: Readonly<Record<string, AttributeValue>>
  outputSize (height: number, width: number): readonly [number, number]
}

/**
 * Strides, dilations and padding of a node. TensorFlow's SAME pads the odd pixel at the bottom and the right, which is
 * ONNX's SAME_UPPER, at every size.
 * @param kernel height and width of the window
 * @throws ConversionError channels first, explicit paddings
 */
export function windowOf (node: TfNode, kernel: readonly [number, number]): Window {
  const format = textOf(node, 'data_format') || 'NHWC'
  const padding = textOf(node, 'padding')
  if (format !== 'NHWC') throw new ConversionError(`${node.op} ${node.name} has the data format ${format}; only NHWC is supported`)
  if (padding !== 'SAME' && padding !== 'VALID') throw new ConversionError(`${node.op} ${node.name} has the padding ${padding}; only SAME and VALID are supported`)
  const [strideY = 1, strideX = 1] = spatial(integersOf(node, 'strides'))
  const [dilationY = 1, dilationX = 1] = spatial(integersOf(node, 'dilations'))
  const side = (size: number, length: number, stride: number, dilation: number): number =>
    padding === 'SAME' ? Math.ceil(size / stride) : Math.ceil((size - (length - 1) * dilation) / stride)
  return {
    attributes: {
      kernel_shape: { ints: kernel },
      strides: { ints: [strideY, strideX] },
      dilations: { ints: [dilationY, dilationX] },
      auto_pad: { text: padding === 'SAME' ? 'SAME_UPPER' : 'VALID' }
    },
    outputSize: (height, width) => [side(height, kernel[0], strideY, dilationY), side(width, kernel[1], strideX, dilationX)]
  }
}

/** Height and width of one value per NHWC axis. */
export function spatial (values: readonly number[]): number[] {
  return values.length === 0 ? [] : toNchwOrder(values).slice(2)
}
