// Pieces of ONNX files put together: one net's values feed another's inputs.
import { create, fromBinary } from '@bufbuild/protobuf'
import { type ModelProto, ModelProtoSchema, type NodeProto, NodeProtoSchema, type TensorProto, TensorProtoSchema } from 'onnx-buf'
import { ConversionError } from './conversion-error.js'

/** A net's nodes, constants and the names they are known by. */
export interface Parts {
  readonly nodes: readonly NodeProto[]
  readonly constants: readonly TensorProto[]
}

/** @throws ConversionError the bytes are no ONNX model */
export function readOnnx (bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    throw new ConversionError('The file is no ONNX model', { cause })
  }
}

/**
 * A net with all its names behind `prefix/`, its inputs' excepted.
 * @param inputs the net's input -> the value that it is fed with
 * @param host the net that it becomes a part of: one set of operations must serve both, as what an operation means changes from
 *   one to the next
 * @throws ConversionError the sets of operations differ, or an input is connected to nothing
 */
export function partsOf (model: ModelProto, prefix: string, inputs: Readonly<Record<string, string>>, host: ModelProto): Parts {
  checkOperatorSets(host, model)
  const { graph } = model
  if (graph === undefined) throw new ConversionError('The joined ONNX file holds no graph')
  for (const { name } of graph.input) {
    if (inputs[name] === undefined) throw new ConversionError(`The joined net's input ${name} is connected to nothing`)
  }
  const renamed = (name: string): string => name === '' ? '' : inputs[name] ?? `${prefix}/${name}`
  return {
    nodes: graph.node.map(node => create(NodeProtoSchema, {
      ...node, name: node.name === '' ? '' : `${prefix}/${node.name}`, input: node.input.map(renamed), output: node.output.map(renamed)
    })),
    constants: graph.initializer.map(tensor => create(TensorProtoSchema, { ...tensor, name: renamed(tensor.name) }))
  }
}

/** Without the nodes and constants that no output needs. @throws ConversionError an output, or what it needs, is not there */
export function only ({ nodes, constants }: Parts, outputs: readonly string[], inputs: readonly string[]): Parts {
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

function checkOperatorSets (model: ModelProto, joined: ModelProto): void {
  for (const { domain, version } of joined.opsetImport) {
    const own = model.opsetImport.find(set => set.domain === domain)?.version
    if (own !== version) throw new ConversionError(`The joined net uses operator set ${domain}${version}, the graph ${own ?? 'none'}`)
  }
}
