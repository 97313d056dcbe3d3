// ONNX files of a few operations, in the words of the format's own messages.
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType, AttributeProtoSchema, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema,
  TensorProto_DataType as DataType, TypeProto_TensorSchema as TensorTypeSchema, TypeProtoSchema, type ValueInfoProto, ValueInfoProtoSchema
} from 'onnx-buf'
import { floatTensor } from '../../src/convert/onnx-constants.js'

export interface TinyOperation {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly lists: Readonly<Record<string, readonly number[]>>
  readonly floats: Readonly<Record<string, number>>
}

export function node (op: string, inputs: readonly string[], output: string, lists: TinyOperation['lists'] = {}, floats: TinyOperation['floats'] = {}): TinyOperation {
  return { op, inputs, output, lists, floats }
}

/** A model from `x` to one output. Constants: a number for a scalar of that value, a shape for made-up values. */
export function tinyModel (operations: readonly TinyOperation[], output: string, constants: Readonly<Record<string, number | readonly number[]>>): Uint8Array {
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { version: 9n })],
    graph: create(GraphProtoSchema, {
      name: 'tiny',
      input: [value('x')],
      output: [value(output)],
      initializer: Object.entries(constants).map(([name, content], which) => floatTensor(name, typeof content === 'number'
        ? { shape: [1], data: Float32Array.of(content) }
        : { shape: content, data: Float32Array.from({ length: content.reduce((product, side) => product * side, 1) }, (_, i) => Math.sin(i + which) / 2) })),
      node: operations.map(({ op, inputs, output, lists, floats }) => create(NodeProtoSchema, {
        opType: op,
        input: [...inputs],
        output: [output],
        attribute: [
          ...Object.entries(lists).map(([name, ints]) => create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: ints.map(BigInt) })),
          ...Object.entries(floats).map(([name, f]) => create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f }))
        ]
      }))
    })
  }))
}

function value (name: string): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value: create(TensorTypeSchema, { elemType: DataType.FLOAT }) } })
  })
}
