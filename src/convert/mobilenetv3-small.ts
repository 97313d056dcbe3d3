// MobileNetV3-Small from its weights alone: files of weights carry no graph. Howard and others 2019, "Searching for
// MobileNetV3" (arXiv:1905.02244), table 2, with the names, the roundings and the order of operations of torchvision.
import { ConversionError } from './conversion-error.js'
import { GraphBuilder, type OnnxGraph, type OnnxNode } from './onnx-graph.js'

/** Row-major; kernels OIHW. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What of the net becomes a file. */
export interface BackboneCut {
  readonly name: string
  readonly input: string
  /** Height and width of the picture, multiples of 32: the weights are for any. */
  readonly size: { readonly height: number, readonly width: number }
  readonly outputs: readonly string[]
}

type Activation = 'Relu' | 'HardSwish'

interface Block {
  readonly expanded: number
  readonly excited: boolean
  readonly activation: Activation
  readonly stride: 1 | 2
}

/** As torchvision trains this net. */
const BATCH_NORMALIZATION_EPSILON = 1e-3
const relu = (expanded: number, stride: 1 | 2, excited = false): Block => ({ expanded, excited, activation: 'Relu', stride })
const swish = (expanded: number, stride: 1 | 2 = 1): Block => ({ expanded, excited: true, activation: 'HardSwish', stride })
const BLOCKS: readonly Block[] = [
  relu(16, 2, true), relu(72, 2), relu(88, 1), swish(96, 2), swish(240), swish(240), swish(120), swish(144), swish(288, 2), swish(576), swish(576)
]

/** Gives the name of an output, having written what computes it. */
type MakeOutput = (net: Net) => string

/**
 * What there is to ask for, each 1 x channels. Expanded: inside the last block of that stride, after squeeze and excite, before the
 * projection.
 */
const OUTPUTS: Readonly<Record<string, MakeOutput>> = {
  stride16_expanded: net => net.average(net.block(8).inside, 'stride16_expanded'),
  stride32_expanded: net => net.average(net.block(11).inside, 'stride32_expanded'),
  stride32_last: net => net.average(net.convolve(net.block(BLOCKS.length).outside, `features.${BLOCKS.length + 1}`, 'HardSwish'), 'stride32_last'),
  hidden: net => net.add('HardSwish', [net.connect(net.output('stride32_last'), 'classifier.0')], 'hidden'),
  classes: net => net.connect(net.output('hidden'), 'classifier.3', 'classes')
}

/**
 * The net as a graph, one picture in. Outputs are means over the picture, but for `hidden`, what the classifier
 * makes of the last of them, and `classes`, its logits.
 * @param weights by torchvision's names
 * @throws ConversionError a weight is missing or does not fit, or there is no such output
 */
export function buildMobileNetV3Small (weights: ReadonlyMap<string, Weight>, { name, input, size: { height, width }, outputs }: BackboneCut): OnnxGraph {
  const net = new Net(weights, input)
  for (const output of outputs) net.output(output)
  return { name, input: { name: input, shape: [1, 3, height, width] }, outputs, nodes: net.nodes, constants: net.constants }
}

interface BlockEnds {
  readonly inside: string
  readonly outside: string
}

/** Writes parts of the net, each once. */
class Net {
  readonly #weights: ReadonlyMap<string, Weight>
  readonly #input: string
  readonly #builder: GraphBuilder
  readonly #blocks: BlockEnds[] = []
  readonly #outputs = new Map<string, string>()

  constructor (weights: ReadonlyMap<string, Weight>, input: string) {
    this.#weights = weights
    this.#input = input
    this.#builder = new GraphBuilder([input])
  }

  get nodes (): readonly OnnxNode[] { return this.#builder.nodes }
  get constants (): OnnxGraph['constants'] { return this.#builder.constants }

  output (name: string): string {
    const made = this.#outputs.get(name)
    if (made !== undefined) return made
    const make = OUTPUTS[name]
    if (make === undefined) throw new ConversionError(`MobileNetV3-Small has no output ${name}; it has ${Object.keys(OUTPUTS).join(', ')}`)
    const value = make(this)
    this.#outputs.set(name, value)
    return value
  }

  /** A block by its place from 1 on, and all before it. */
  block (place: number): BlockEnds {
    for (let next = this.#blocks.length + 1; next <= place; next++) {
      const from = this.#blocks.at(-1)?.outside ?? this.convolve(this.#input, 'features.0', 'HardSwish', 2)
      this.#blocks.push(this.#makeBlock(from, next))
    }
    return this.#blocks[place - 1]!
  }

  #makeBlock (from: string, place: number): BlockEnds {
    const { expanded, excited, activation, stride } = BLOCKS[place - 1]!
    const path = `features.${place}.block`
    let part = 0
    const next = (): string => `${path}.${part++}`
    // The first block is as wide inside as what comes in: torchvision leaves its expansion out.
    const wide = place === 1 ? from : this.convolve(from, next(), activation)
    let inside = this.convolve(wide, next(), activation, stride, expanded)
    if (excited) inside = this.#excite(inside, next())
    const projection = next()
    const outside = this.convolve(inside, projection)
    const isAsWide = place > 1 && this.#shapeOf(`${projection}.0.weight`)[0] === this.#shapeOf(`${path}.0.0.weight`)[1]
    return { inside, outside: stride === 1 && isAsWide ? this.add('Add', [outside, from], `${path}.sum`) : outside }
  }

  /** A convolution with its batch normalisation folded into it, and what follows. Pads so that stride 1 keeps the size. */
  convolve (from: string, path: string, activation?: Activation, stride = 1, groups = 1): string {
    const kernel = this.#weight(`${path}.0.weight`)
    const [outputs = 0, , height = 1, width = 1] = kernel.shape
    const { scale, shift } = this.#normalization(`${path}.1`, outputs)
    const perOutput = kernel.data.length / outputs
    const sum = this.add('Conv', [
      from,
      this.#builder.addFloats(`${path}.weight`, kernel.shape, kernel.data.map((value, i) => value * scale[Math.floor(i / perOutput)]!)),
      this.#builder.addFloats(`${path}.bias`, [outputs], shift)
    ], `${path}.sum`, {
      kernel_shape: { ints: [height, width] },
      strides: { ints: [stride, stride] },
      pads: { ints: [height >> 1, width >> 1, height >> 1, width >> 1] },
      group: { int: groups }
    })
    return activation === undefined ? sum : this.add(activation, [sum], path)
  }

  /** Squeeze and excite: each channel times what all channels' means say of it. */
  #excite (from: string, path: string): string {
    const mean = this.add('GlobalAveragePool', [from], `${path}.mean`)
    const squeezed = this.add('Relu', [this.#pointwise(mean, `${path}.fc1`)], `${path}.squeezed`)
    const gate = this.add('HardSigmoid', [this.#pointwise(squeezed, `${path}.fc2`)], `${path}.gate`, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })
    return this.add('Mul', [from, gate], path)
  }

  #pointwise (from: string, path: string): string {
    const kernel = this.#weight(`${path}.weight`)
    const bias = this.#weight(`${path}.bias`)
    return this.add('Conv', [from, this.#builder.addFloats(`${path}.weight`, kernel.shape, kernel.data), this.#builder.addFloats(`${path}.bias`, bias.shape, bias.data)],
      `${path}.sum`, { kernel_shape: { ints: [1, 1] } })
  }

  /** Means over the picture: 1 x channels. */
  average (from: string, name: string): string {
    return this.add('ReduceMean', [from], name, { axes: { ints: [2, 3] }, keepdims: { int: 0 } })
  }

  /** A fully connected layer. */
  connect (from: string, path: string, name = `${path}.sum`): string {
    const matrix = this.#weight(`${path}.weight`)
    const bias = this.#weight(`${path}.bias`)
    return this.add('Gemm', [from, this.#builder.addFloats(`${path}.weight`, matrix.shape, matrix.data), this.#builder.addFloats(`${path}.bias`, bias.shape, bias.data)],
      name, { transB: { int: 1 } })
  }

  add (op: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}): string {
    return this.#builder.add(op, inputs, output, attributes)
  }

  #normalization (path: string, channels: number): { readonly scale: Float32Array, readonly shift: Float32Array } {
    const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(name => this.#weight(`${path}.${name}`).data)
    const scale = Float32Array.from({ length: channels }, (_, i) => weight![i]! / Math.sqrt(variance![i]! + BATCH_NORMALIZATION_EPSILON))
    return { scale, shift: scale.map((value, i) => bias![i]! - mean![i]! * value) }
  }

  #weight (name: string): Weight {
    const weight = this.#weights.get(name)
    if (weight === undefined) throw new ConversionError(`The weights hold no ${name}`)
    return weight
  }

  #shapeOf (name: string): readonly number[] {
    return this.#weight(name).shape
  }
}
