// The graph that is being made, in memory: operations in an order in which they can run, and constants.

/** An attribute of an operation, by the type that ONNX stores. */
export type AttributeValue =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string }

/** One ONNX operation; names tie outputs to inputs. An empty input name stands for an optional input left out. */
export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** A constant, row-major. */
export interface OnnxConstant {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>
}

/** An input of the whole graph: a size is a number, or a name where any size is taken. */
export interface OnnxInput {
  readonly name: string
  readonly shape: ReadonlyArray<number | string>
}

/** Everything that an ONNX file states. */
export interface OnnxGraph {
  readonly name: string
  readonly input: OnnxInput
  /** All are float32. */
  readonly outputs: readonly string[]
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
}

/** Collects operations and constants. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = []
  readonly constants: OnnxConstant[] = []
  readonly #names: Set<string>

  /** @param reserved names that operations and constants must not take: the graph's own ends */
  constructor (reserved: readonly string[] = []) {
    this.#names = new Set(reserved)
  }

  /** Appends an operation and gives its output's name: `output`, or that with a number behind it where it is taken. */
  add (op: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}): string {
    const name = this.#free(output)
    this.nodes.push({ op, inputs, output: name, attributes })
    return name
  }

  /** Appends a constant of floats and gives its name. */
  addFloats (name: string, shape: readonly number[], data: Float32Array): string {
    const free = this.#free(name)
    this.constants.push({ name: free, shape, data: new Float32Array(data) })
    return free
  }

  /** Appends a list of 64-bit integers, as shapes and paddings are, and gives its name. */
  addIntegers (name: string, values: readonly number[]): string {
    const free = this.#free(name)
    this.constants.push({ name: free, shape: [values.length], data: BigInt64Array.from(values, BigInt) })
    return free
  }

  /** Claims a name that nothing else may take. */
  #free (wanted: string): string {
    let name = wanted
    for (let i = 2; this.#names.has(name); i++) name = `${wanted}_${i}`
    this.#names.add(name)
    return name
  }
}
