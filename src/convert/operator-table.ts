// Which function writes which TensorFlow operation.
import { type Conversion, inputOf, type Operator, type Tensor } from './conversion.js'
import { convertRelu, convertRelu6, convertSigmoid, convertSoftmax, ofOneTensor } from './operators/activation.js'
import { arithmetic } from './operators/arithmetic.js'
import { convertConcat, convertPad, convertReshape } from './operators/arrangement.js'
import { convertConvolution, convertDepthwiseConvolution } from './operators/convolution.js'
import { convertHardSwish } from './operators/hard-swish.js'
import { convertMatMul } from './operators/matrix.js'
import { convertMaxPool, convertMean, convertResizeBilinear } from './operators/spatial.js'
import { type TfNode } from './tfjs-graph.js'

const add = arithmetic('Add')
const multiply = arithmetic('Mul')

/** TensorFlow's operations by name; what is not here cannot be converted. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Add: add,
  AddV2: add,
  ConcatV2: convertConcat,
  Conv2D: convertConvolution,
  DepthwiseConv2dNative: convertDepthwiseConvolution,
  FusedDepthwiseConv2dNative: convertDepthwiseConvolution,
  Identity: convertIdentity,
  MatMul: convertMatMul,
  MaxPool: convertMaxPool,
  Mean: convertMean,
  Mul: (node, conversion) => convertHardSwish(node, conversion) ?? multiply(node, conversion),
  Pad: convertPad,
  Relu: ofOneTensor(convertRelu),
  Relu6: ofOneTensor(convertRelu6),
  Reshape: convertReshape,
  ResizeBilinear: convertResizeBilinear,
  Sigmoid: ofOneTensor(convertSigmoid),
  Softmax: ofOneTensor(convertSoftmax),
  Sub: arithmetic('Sub'),
  _FusedConv2D: convertConvolution,
  _FusedMatMul: convertMatMul
}

/** Identity is nothing: the tensor before it stands for it. */
function convertIdentity (node: TfNode, conversion: Conversion): Tensor {
  return conversion.tensor(inputOf(node, 0))
}
