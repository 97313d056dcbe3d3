// Writes a graph as the bytes of an ONNX file. The same graph gives the same bytes on every machine.
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType, AttributeProtoSchema, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema,
  OperatorSetIdProtoSchema, TensorProto_DataType as DataType, TensorProtoSchema,
  TensorShapeProto_DimensionSchema as DimensionSchema, TensorShapeProtoSchema, TypeProto_TensorSchema as TensorTypeSchema,
  TypeProtoSchema, ValueInfoProtoSchema, type AttributeProto, type NodeProto, type TensorProto, type ValueInfoProto
} from 'onnx-buf'
import { type AttributeValue, type OnnxConstant, type OnnxGraph, type OnnxNode } from './onnx-graph.js'

// HardSwish came with 14; axes of ReduceMean are still an attribute at 17. IR 8 is what opset 17 came with.
const OPERATOR_SET = 17n
const IR_VERSION = 8n

/** The bytes of an ONNX file that holds this graph. */
export function writeOnnx (graph: OnnxGraph): Uint8Array {
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [create(OperatorSetIdProtoSchema, { version: OPERATOR_SET })],
    producerName: 'compute-api',
    graph: create(GraphProtoSchema, {
      name: graph.name,
      input: [value(graph.input.name, graph.input.shape)],
      output: graph.outputs.map(name => value(name)),
      node: graph.nodes.map(node),
      initializer: graph.constants.map(tensor)
    })
  }))
}

/** An input or output of floats. Outputs have no shape: the runtime infers it from the input's. */
export function value (name: string, shape?: ReadonlyArray<number | string>): ValueInfoProto {
  const tensorType = create(TensorTypeSchema, { elemType: DataType.FLOAT })
  if (shape !== undefined) {
    tensorType.shape = create(TensorShapeProtoSchema, {
      dim: shape.map(side => create(DimensionSchema, {
        value: typeof side === 'number' ? { case: 'dimValue', value: BigInt(side) } : { case: 'dimParam', value: side }
      }))
    })
  }
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }) })
}

function node ({ op, inputs, output, attributes }: OnnxNode): NodeProto {
  return create(NodeProtoSchema, {
    opType: op,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value))
  })
}

function attribute (name: string, value: AttributeValue): AttributeProto {
  if ('int' in value) return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value.int) })
  if ('ints' in value) return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.ints.map(BigInt) })
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
  return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.text) })
}

function tensor ({ name, shape, data }: OnnxConstant): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: data instanceof Float32Array ? DataType.FLOAT : DataType.INT64,
    rawData: littleEndianBytes(data)
  })
}

function littleEndianBytes (data: OnnxConstant['data']): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.byteLength)
  const view = new DataView(bytes.buffer)
  if (data instanceof Float32Array) data.forEach((value, i) => view.setFloat32(i * 4, value, true))
  else data.forEach((value, i) => view.setBigInt64(i * 8, value, true))
  return bytes
}
