// Conv2D, DepthwiseConv2dNative, and their fused forms with bias and activation.
import { asNchw, type Conversion, floatsOf, inputOf, type Tensor } from '../conversion.js'
import { ConversionError } from '../conversion-error.js'
import { permute } from '../layout.js'
import { type TfNode } from '../tfjs-graph.js'
import { applyFusedOps } from './fused-ops.js'
import { windowOf } from './window.js'

const HWIO_TO_OIHW = [3, 2, 0, 1] as const
// Output channel c * multiplier + m belongs to input channel c, in both worlds.
const HWCM_TO_CMHW = [2, 3, 0, 1] as const

/** Conv2D and _FusedConv2D. */
export function convertConvolution (node: TfNode, conversion: Conversion): Tensor {
  const kernel = floatsOf(node, 1, conversion)
  const [height = 1, width = 1, inputs = 1, outputs = 1] = kernel.shape
  return convolve(node, conversion, {
    data: permute(kernel.data, kernel.shape, HWIO_TO_OIHW), shape: [outputs, inputs, height, width], groups: 1, channels: inputs
  })
}

/** DepthwiseConv2dNative and FusedDepthwiseConv2dNative: one group per input channel. */
export function convertDepthwiseConvolution (node: TfNode, conversion: Conversion): Tensor {
  const kernel = floatsOf(node, 1, conversion)
  const [height = 1, width = 1, channels = 1, multiplier = 1] = kernel.shape
  return convolve(node, conversion, {
    data: permute(kernel.data, kernel.shape, HWCM_TO_CMHW), shape: [channels * multiplier, 1, height, width], groups: channels, channels
  })
}

interface Kernel {
  readonly data: Float32Array
  readonly shape: readonly [number, number, number, number]
  readonly groups: number
  /** How many channels it reads. */
  readonly channels: number
}

function convolve (node: TfNode, conversion: Conversion, kernel: Kernel): Tensor {
  const { builder } = conversion
  const source = asNchw(conversion.factored(inputOf(node, 0)), conversion)
  const [batch = 1, height = 1, width = 1, channels] = source.shape
  if (channels !== kernel.channels) throw new ConversionError(`${node.op} ${node.name} reads ${kernel.channels} channels, ${source.name} has ${channels}`)
  const window = windowOf(node, [kernel.shape[2], kernel.shape[3]])
  const shape = [batch, ...window.outputSize(height, width), kernel.shape[0]]
  const { factor = 1 } = source
  const weights = builder.addFloats(inputOf(node, 1), kernel.shape, factor === 1 ? kernel.data : kernel.data.map(weight => weight * factor))
  return applyFusedOps(node, conversion, bias => {
    const inputs = bias === undefined ? [source.name, weights] : [source.name, weights, bias]
    return { name: builder.add('Conv', inputs, node.name, { group: { int: kernel.groups }, ...window.attributes }), shape, layout: 'nchw' }
  })
}
