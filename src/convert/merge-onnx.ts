// One file of several nets that see the same picture and of the net that takes in what they see: one run instead of one for
// each, one tensor, and no map of features leaves the runtime.
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType, AttributeProtoSchema, GraphProtoSchema, type ModelProto, ModelProtoSchema, type NodeProto, NodeProtoSchema
} from 'onnx-buf'
import type { ImageInput } from '../runtime/model-facts.js'
import { ConversionError } from './conversion-error.js'
import { floatTensor } from './onnx-constants.js'
import { value } from './onnx-file.js'
import { only, type Parts, partsOf, readOnnx } from './onnx-parts.js'

/** A net that sees the picture, and what of it is taken. */
export interface SeeingNet {
  readonly id: string
  readonly bytes: Uint8Array
  readonly input: ImageInput
  /** Side by side, in this order. */
  readonly outputs: readonly string[]
  /** Whether they are maps (1, channels, height, width), of which the largest cell of each channel is taken. */
  readonly areMaps: boolean
}

/** What comes into the merged net and what goes out. */
export interface MergedEnds {
  /** The graph's name in the file. */
  readonly name: string
  /** With a size of its own. */
  readonly input: ImageInput
  readonly outputs: readonly string[]
}

/**
 * The bytes of an ONNX file that computes the head's outputs of a picture.
 * @param seeing by the head's input: the net that feeds it
 * @throws ConversionError a file is no ONNX model, a value is not there, or a net wants the picture in another order
 */
export function mergeOnnx (head: Uint8Array, seeing: Readonly<Record<string, SeeingNet>>, { name, input, outputs }: MergedEnds): Uint8Array {
  const model = readOnnx(head)
  const fed = Object.entries(seeing).map(([end, net]) => seeWith(net, end, input, model))
  const own = partsOf(model, HEAD, Object.fromEntries(Object.keys(seeing).map(end => [end, end])), model)
  const ends = outputs.map(output => operation('Identity', [`${HEAD}/${output}`], output))
  const all = only({ nodes: [...fed.flatMap(({ nodes }) => nodes), ...own.nodes, ...ends], constants: [...fed, own].flatMap(({ constants }) => constants) }, outputs, [input.name])
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    ...model,
    graph: create(GraphProtoSchema, { name, input: [value(input.name, shapeOf(input))], output: outputs.map(name => value(name)), node: [...all.nodes], initializer: [...all.constants] })
  }))
}

const HEAD = 'head'

/** A net from the merged picture to the head's input. */
function seeWith (net: SeeingNet, end: string, picture: ImageInput, head: ModelProto): Parts {
  const scaled = rescale(net, picture)
  const seen = partsOf(readOnnx(net.bytes), net.id, { [net.input.name]: scaled.name }, head)
  const taken = net.outputs.map(output => `${net.id}/${output}`)
  const pooled = net.areMaps
    ? taken.flatMap(name => [operation('GlobalMaxPool', [name], `${name}/largest`), operation('Flatten', [`${name}/largest`], `${name}/taken`)])
    : []
  const sides = net.areMaps ? taken.map(name => `${name}/taken`) : taken
  const joined = operation('Concat', sides, end)
  joined.attribute.push(create(AttributeProtoSchema, { name: 'axis', type: AttributeType.INT, i: 1n }))
  return { nodes: [...scaled.nodes, ...seen.nodes, ...pooled, joined], constants: [...scaled.constants, ...seen.constants] }
}

/** The picture's values as a net wants them, where it wants others: (byte / divisor - mean) / std of each. */
function rescale ({ id, input }: SeeingNet, picture: ImageInput): Parts & { readonly name: string } {
  if (input.layout !== 'NCHW' || picture.layout !== 'NCHW' || input.channels !== picture.channels) throw new ConversionError(`${id} wants the picture in another order`)
  // value * factor + offset, channel by channel.
  const factor = Float32Array.from(input.mean, (_, i) => picture.std[i]! * picture.divisor / (input.divisor * input.std[i]!))
  const offset = Float32Array.from(input.mean, (mean, i) => (picture.mean[i]! * picture.divisor / input.divisor - mean) / input.std[i]!)
  if (factor.every(value => value === 1) && offset.every(value => value === 0)) return { name: picture.name, nodes: [], constants: [] }
  const shape = [1, factor.length, 1, 1]
  return {
    name: `${id}/picture`,
    nodes: [operation('Mul', [picture.name, `${id}/factor`], `${id}/steeper`), operation('Add', [`${id}/steeper`, `${id}/offset`], `${id}/picture`)],
    constants: [floatTensor(`${id}/factor`, { shape, data: factor }), floatTensor(`${id}/offset`, { shape, data: offset })]
  }
}

function shapeOf ({ name, size, channels }: ImageInput): number[] {
  if (!('height' in size)) throw new ConversionError(`the input ${name} has no size of its own`)
  return [1, channels === 'grey' ? 1 : 3, size.height, size.width]
}

function operation (opType: string, input: string[], output: string): NodeProto {
  return create(NodeProtoSchema, { opType, input, output: [output] })
}
