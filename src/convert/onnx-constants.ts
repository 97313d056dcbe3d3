// Constants of a graph in ONNX's own messages: reading them, whichever way they are stored, and making new ones.
import { create } from '@bufbuild/protobuf'
import { type GraphProto, type TensorProto, TensorProto_DataType as DataType, TensorProtoSchema } from 'onnx-buf'

/** Floats with their shape; the data may be shared with the graph, so nobody writes into it. */
export interface FloatConstant {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Constants by name. */
export interface FloatConstants {
  get (name: string): FloatConstant | undefined
}

/** The float32 constants of a graph: its initializers, and what nodes called Constant give. They are read when asked for. */
export function floatConstants (graph: GraphProto): FloatConstants {
  const tensors = new Map(graph.initializer.map(tensor => [tensor.name, tensor]))
  for (const { opType, output: [name = ''], attribute } of graph.node) {
    const tensor = opType === 'Constant' ? attribute.find(({ name }) => name === 'value')?.t : undefined
    if (tensor !== undefined) tensors.set(name, tensor)
  }
  const read = new Map<string, FloatConstant | undefined>()
  return {
    get (name) {
      const tensor = tensors.get(name)
      if (tensor !== undefined && !read.has(name)) read.set(name, floats(tensor))
      return read.get(name)
    }
  }
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
