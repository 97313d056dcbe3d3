// _FusedMatMul: a dense layer.
import { asPlain, type Conversion, floatsOf, inputOf, type Tensor } from '../conversion.js'
import { ConversionError } from '../conversion-error.js'
import { flagOf, type TfNode } from '../tfjs-graph.js'
import { applyFusedOps } from './fused-ops.js'

/** MatMul and _FusedMatMul with constant weights: ONNX's Gemm. */
export function convertMatMul (node: TfNode, conversion: Conversion): Tensor {
  const { builder } = conversion
  const source = asPlain(conversion.tensor(inputOf(node, 0)), conversion)
  const weights = floatsOf(node, 1, conversion)
  const transposed = flagOf(node, 'transpose_b')
  const [rows = 0, columns = 0] = source.shape
  const [inputs, outputs = 0] = transposed ? [...weights.shape].reverse() : weights.shape
  if (source.shape.length !== 2 || flagOf(node, 'transpose_a') || inputs !== columns) {
    throw new ConversionError(`${node.op} ${node.name} multiplies [${source.shape}] with [${weights.shape}], which is not supported`)
  }
  const matrix = builder.addFloats(inputOf(node, 1), weights.shape, weights.data)
  return applyFusedOps(node, conversion, bias => {
    const inputs = bias === undefined ? [source.name, matrix] : [source.name, matrix, bias]
    return { name: builder.add('Gemm', inputs, node.name, { transB: { int: transposed ? 1 : 0 } }), shape: [rows, outputs], layout: 'plain' }
  })
}
