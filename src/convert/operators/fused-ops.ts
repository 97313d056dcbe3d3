// TensorFlow's grappler folds what follows a convolution or a matrix product into it: a bias, then an activation.
import { type Conversion, floatsOf, inputOf, type Tensor } from '../conversion.js'
import { ConversionError } from '../conversion-error.js'
import { textsOf, type TfNode } from '../tfjs-graph.js'
import { convertRelu, convertRelu6 } from './activation.js'

const BIAS_INPUT = 2
const ACTIVATIONS: Readonly<Record<string, (node: TfNode, tensor: Tensor, conversion: Conversion) => Tensor>> = { Relu: convertRelu, Relu6: convertRelu6 }

/**
 * Writes a node and what is fused to it.
 * @param write writes the node itself; takes the name of its bias, where it has one
 * @throws ConversionError something else is fused
 */
export function applyFusedOps (node: TfNode, conversion: Conversion, write: (bias: string | undefined) => Tensor): Tensor {
  const [first, ...others] = textsOf(node, 'fused_ops')
  if (first !== undefined && first !== 'BiasAdd') throw new ConversionError(`${node.op} ${node.name} has ${first} fused; only BiasAdd and an activation are supported`)
  const bias = first === undefined ? undefined : floatsOf(node, BIAS_INPUT, conversion)
  let tensor = write(bias && conversion.builder.addFloats(inputOf(node, BIAS_INPUT), bias.shape, bias.data))
  for (const op of others) {
    const activate = ACTIVATIONS[op]
    if (activate === undefined) throw new ConversionError(`${node.op} ${node.name} has the activation ${op} fused, which is not supported`)
    tensor = activate(node, tensor, conversion)
  }
  return tensor
}
