// Folds what the exporter of PaddlePaddle leaves unfolded. Behind each convolution of its PP-LCNet trunks stand eight small
// operations: scale, shift, hard swish as + 3, clip, times, ÷ 6, and again scale and shift. onnxruntime cannot fold them,
// and each of them makes it leave its blocked layout. What comes out here computes the same to float rounding, in two
// thirds of the time.
import { create } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType, AttributeProtoSchema, type GraphProto, type NodeProto, NodeProtoSchema, type TensorProto
} from 'onnx-buf'
import { type FloatConstant, type FloatConstants, floatConstants, floatTensor } from './onnx-constants.js'

/** What a graph consists of once it is simplified. */
export interface SimplifiedGraph {
  readonly nodes: readonly NodeProto[]
  readonly constants: readonly TensorProto[]
}

/**
 * A graph's nodes and constants with each convolution's scale and shift in its weights, with hard swish as
 * x × HardSigmoid(x), and with the scale and shift behind it in the next convolutions' weights, where these are 1 × 1. Where
 * they are not, a BatchNormalization stays: zeros that pad a convolution do not see the shift. Graphs without such blocks
 * come out as they are.
 */
export function simplifyOnnx (graph: GraphProto): SimplifiedGraph {
  const constants = floatConstants(graph)
  const names = new Set(graph.output.map(({ name }) => name))
  const links = linksOf(graph.node)
  const changed = new Map<string, FloatConstant>()
  const current = (name: string | undefined): FloatConstant | undefined => changed.get(name ?? '') ?? constants.get(name ?? '')
  const dropped = new Set<NodeProto>()
  const replaced = new Map<NodeProto, NodeProto[]>()
  const added: TensorProto[] = []
  for (const conv of graph.node) {
    const [weightName = '', biasName = ''] = conv.input.slice(1)
    const weight = current(weightName)
    const bias = current(biasName)
    if (conv.opType !== 'Conv' || weight === undefined || bias === undefined) continue
    const first = scaleAndShift(conv.output[0] ?? '', links, constants)
    if (first === undefined || names.has(conv.output[0] ?? '')) continue
    changed.set(weightName, scaled(weight, first.scale))
    changed.set(biasName, { shape: bias.shape, data: bias.data.map(value => value * first.scale + first.shift) })
    first.nodes.forEach(node => dropped.add(node))
    const block = [withOutput(conv, first.end)]
    replaced.set(conv, block)
    const swish = hardSwish(first.end, links, constants)
    if (swish === undefined) continue
    swish.nodes.forEach(node => dropped.add(node))
    const gate = `${first.end}.gate`
    block.push(operation('HardSigmoid', [first.end], gate, { alpha: 1 / 6, beta: 0.5 }))
    const second = scaleAndShift(swish.end, links, constants)
    const users = links.users.get(second?.end ?? '') ?? []
    if (second !== undefined && !names.has(second.end) && users.length > 0 && users.every(user => isPointwise(user, current))) {
      for (const user of users) foldInto(user, second, current, changed)
      block.push(operation('Mul', [first.end, gate], second.end))
    } else {
      block.push(operation('Mul', [first.end, gate], swish.end))
      if (second !== undefined) block.push(perChannel(swish.end, second, weight.shape[0] ?? 1, added))
    }
    second?.nodes.forEach(node => dropped.add(node))
  }
  const inNodes = graph.node.filter(({ opType }) => opType === 'Constant').flatMap(({ output }) => output)
  return {
    nodes: graph.node
      .filter(node => !dropped.has(node) && !(node.opType === 'Constant' && changed.has(node.output[0] ?? '')))
      .flatMap(node => replaced.get(node) ?? [node]),
    constants: [
      ...graph.initializer.map(tensor => { const now = changed.get(tensor.name); return now === undefined ? tensor : floatTensor(tensor.name, now) }),
      ...inNodes.flatMap(name => { const now = changed.get(name); return now === undefined ? [] : [floatTensor(name, now)] }),
      ...added
    ]
  }
}

interface Links { readonly users: ReadonlyMap<string, readonly NodeProto[]> }

/** x × scale + shift behind some value, and the nodes that compute it. */
interface ScaleAndShift { readonly end: string, readonly scale: number, readonly shift: number, readonly nodes: readonly NodeProto[] }

function linksOf (nodes: readonly NodeProto[]): Links {
  const users = new Map<string, NodeProto[]>()
  for (const node of nodes) {
    for (const name of new Set(node.input)) users.set(name, [...users.get(name) ?? [], node])
  }
  return { users }
}

function scaleAndShift (name: string, links: Links, constants: FloatConstants): ScaleAndShift | undefined {
  const times = withScalar(name, 'Mul', links, constants)
  const plus = times === undefined ? undefined : withScalar(times.output, 'Add', links, constants)
  if (times === undefined || plus === undefined) return undefined
  return { end: plus.output, scale: times.scalar, shift: plus.scalar, nodes: [times.node, plus.node] }
}

/** The one node that uses a value, where it joins it with a single number. */
function withScalar (name: string, opType: string, { users }: Links, constants: FloatConstants): { node: NodeProto, output: string, scalar: number } | undefined {
  const [node, another] = users.get(name) ?? []
  if (node === undefined || another !== undefined || node.opType !== opType) return undefined
  const data = constants.get(node.input.find(input => input !== name) ?? '')?.data
  const [scalar] = data ?? []
  return data?.length !== 1 || scalar === undefined ? undefined : { node, output: node.output[0] ?? '', scalar }
}

/** name × clip(name + 3) ÷ 6. The bounds of the clip are 0 and 6 wherever the rest looks like this. */
function hardSwish (name: string, links: Links, constants: FloatConstants): { end: string, nodes: readonly NodeProto[] } | undefined {
  const users = links.users.get(name) ?? []
  const plus = users.find(({ opType }) => opType === 'Add')
  const times = users.find(({ opType }) => opType === 'Mul')
  if (users.length !== 2 || plus === undefined || times === undefined) return undefined
  const three = constants.get(plus.input.find(input => input !== name) ?? '')?.data
  const [clip] = links.users.get(plus.output[0] ?? '') ?? []
  if (three?.length !== 1 || three[0] !== 3 || clip?.opType !== 'Clip' || !times.input.includes(clip.output[0] ?? '')) return undefined
  const divide = withScalar(times.output[0] ?? '', 'Div', links, constants)
  if (divide?.scalar !== 6) return undefined
  return { end: divide.output, nodes: [plus, clip, times, divide.node] }
}

function isPointwise ({ opType, input }: NodeProto, current: (name?: string) => FloatConstant | undefined): boolean {
  const shape = current(input[1])?.shape
  return opType === 'Conv' && shape?.[2] === 1 && shape[3] === 1 && current(input[2]) !== undefined
}

function foldInto (conv: NodeProto, { scale, shift }: ScaleAndShift, current: (name?: string) => FloatConstant | undefined, changed: Map<string, FloatConstant>): void {
  const [weightName = '', biasName = ''] = conv.input.slice(1)
  const weight = current(weightName)
  const bias = current(biasName)
  if (weight === undefined || bias === undefined) return
  const perOutput = weight.data.length / (weight.shape[0] ?? 1)
  const sums = Float64Array.from(bias.data, (_, i) => weight.data.subarray(i * perOutput, (i + 1) * perOutput).reduce((sum, value) => sum + value, 0))
  changed.set(biasName, { shape: bias.shape, data: bias.data.map((value, i) => value + shift * (sums[i] ?? 0)) })
  changed.set(weightName, scaled(weight, scale))
}

function scaled ({ shape, data }: FloatConstant, factor: number): FloatConstant {
  return { shape, data: data.map(value => value * factor) }
}

function perChannel (input: string, { end, scale, shift }: ScaleAndShift, channels: number, added: TensorProto[]): NodeProto {
  const values = { scale, shift, mean: 0, variance: 1 }
  for (const [part, value] of Object.entries(values)) {
    added.push(floatTensor(`${input}.${part}`, { shape: [channels], data: new Float32Array(channels).fill(value) }))
  }
  return operation('BatchNormalization', [input, ...Object.keys(values).map(part => `${input}.${part}`)], end, { epsilon: 0 })
}

function operation (opType: string, input: string[], output: string, attributes: Readonly<Record<string, number>> = {}): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    input,
    output: [output],
    attribute: Object.entries(attributes).map(([name, f]) => create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f }))
  })
}

function withOutput (node: NodeProto, output: string): NodeProto {
  return create(NodeProtoSchema, { ...node, output: [output] })
}
