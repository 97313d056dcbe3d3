// Reads the JSON half of a tfjs graph model: the nodes of a frozen TensorFlow graph, and where the bytes of each
// constant lie in the weight files.
import { Type, type Static } from 'typebox'
import { parseJson } from '../runtime/check-json.js'
import { ConversionError } from './conversion-error.js'

// TensorFlow's AttrValue in protobuf's JSON: 64-bit integers are decimal text, bytes are base64.
const IntegerSchema = Type.Union([Type.String(), Type.Integer()])
const AttributeSchema = Type.Object({
  s: Type.Optional(Type.String()),
  i: Type.Optional(IntegerSchema),
  b: Type.Optional(Type.Boolean()),
  shape: Type.Optional(Type.Object({ dim: Type.Optional(Type.Array(Type.Object({ size: IntegerSchema }))) })),
  list: Type.Optional(Type.Object({ s: Type.Optional(Type.Array(Type.String())), i: Type.Optional(Type.Array(IntegerSchema)) }))
})

const NodeSchema = Type.Object({
  name: Type.String(),
  op: Type.String(),
  input: Type.Optional(Type.Array(Type.String())),
  attr: Type.Optional(Type.Record(Type.String(), AttributeSchema))
})

const WeightEntrySchema = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  dtype: Type.String(),
  quantization: Type.Optional(Type.Object({
    dtype: Type.String(),
    scale: Type.Optional(Type.Number()),
    min: Type.Optional(Type.Number())
  }))
})

const GraphFileSchema = Type.Object({
  format: Type.Literal('graph-model'),
  modelTopology: Type.Object({ node: Type.Array(NodeSchema) }),
  weightsManifest: Type.Array(Type.Object({ paths: Type.Array(Type.String()), weights: Type.Array(WeightEntrySchema) }))
})

/** One constant's place in the weight files: type, shape and how it was packed. */
export type WeightEntry = Static<typeof WeightEntrySchema>

/** One operation. */
export interface TfNode {
  readonly name: string
  /** TensorFlow's name of the operation, as "_FusedConv2D". */
  readonly op: string
  /** Names of the nodes whose first output it takes; control edges are left out. */
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, Static<typeof AttributeSchema>>>
}

/** A graph as the file holds it: in no particular order, with more than one output. */
export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>
  /** In the order in which their bytes follow each other. */
  readonly weights: readonly WeightEntry[]
}

/**
 * Reads a tfjs `model.json`.
 * @throws ConversionError not such a file
 */
export function readTfGraph (text: string, what: string): TfGraph {
  let file: Static<typeof GraphFileSchema>
  try {
    file = parseJson(GraphFileSchema, text, what)
  } catch (cause) {
    throw new ConversionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
  const nodes = new Map(file.modelTopology.node.map(({ name, op, input = [], attr = {} }) =>
    [name, { name, op, inputs: input.filter(isDataEdge).map(name => name.replace(/:0$/, '')), attributes: attr }]))
  return { nodes, weights: file.weightsManifest.flatMap(group => group.weights) }
}

// "^name" only orders execution.
function isDataEdge (input: string): boolean {
  return !input.startsWith('^')
}

/** A text attribute, as `padding`; empty where it is not set. */
export function textOf (node: TfNode, name: string): string {
  return fromBase64(node.attributes[name]?.s ?? '')
}

/** A list of texts, as `fused_ops`. */
export function textsOf (node: TfNode, name: string): readonly string[] {
  return (node.attributes[name]?.list?.s ?? []).map(fromBase64)
}

/** A list of integers, as `strides`. */
export function integersOf (node: TfNode, name: string): readonly number[] {
  return (node.attributes[name]?.list?.i ?? []).map(Number)
}

/** A switch, as `keep_dims`; false where it is not set. */
export function flagOf (node: TfNode, name: string): boolean {
  return node.attributes[name]?.b ?? false
}

/** The declared shape of a placeholder; -1 where any size is taken. */
export function shapeOf (node: TfNode): readonly number[] {
  return (node.attributes.shape?.shape?.dim ?? []).map(({ size }) => Number(size))
}

function fromBase64 (text: string): string {
  return Buffer.from(text, 'base64').toString('latin1')
}
