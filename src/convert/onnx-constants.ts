// Constants of a graph in ONNX's own messages: reading them, whichever way they are stored, and making new ones.
import { create } from '@bufbuild/protobuf'
import { type GraphProto, type TensorProto, TensorProto_DataType as DataType, TensorProtoSchema } from 'onnx-buf'

/** Floats with their shape; the data may be shared with the graph, so nobody writes into it. */
export interface FloatConstant {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** The float32 constants of a graph by name: its initializers, and what nodes called Constant give. */
export function floatConstants (graph: GraphProto): Map<string, FloatConstant> {
  const found = new Map<string, FloatConstant>()
  const add = (name: string, tensor: TensorProto | undefined): void => {
    const constant = tensor === undefined ? undefined : floats(tensor)
    if (constant !== undefined) found.set(name, constant)
  }
  for (const tensor of graph.initializer) add(tensor.name, tensor)
  for (const node of graph.node) {
    if (node.opType === 'Constant') add(node.output[0] ?? '', node.attribute.find(({ name }) => name === 'value')?.t)
  }
  return found
}

/** An initializer. */
export function floatTensor (name: string, { shape, data }: FloatConstant): TensorProto {
  const rawData = new Uint8Array(data.length * 4)
  const view = new DataView(rawData.buffer)
  data.forEach((value, i) => view.setFloat32(i * 4, value, true))
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: DataType.FLOAT, rawData })
}

function floats ({ dataType, dims, rawData, floatData }: TensorProto): FloatConstant | undefined {
  if (dataType !== DataType.FLOAT) return undefined
  const shape = dims.map(Number)
  if (rawData.length === 0) return { shape, data: Float32Array.from(floatData) }
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
  return { shape, data: Float32Array.from({ length: rawData.length / 4 }, (_, i) => view.getFloat32(i * 4, true)) }
}
