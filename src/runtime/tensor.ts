// The numbers that go into a net and come out of it.

/** A dense tensor, row-major; images are NCHW. */
export interface Tensor {
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
  /** Where a net takes half precision; the data are float32 here all the same, and what comes out is. */
  readonly type?: 'float16' | undefined
}

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>

/** An output's numbers. @throws Error where the net gave none of that name, or no float32 */
export function floatsOf (outputs: Tensors, name: string): Float32Array {
  const data = outputs[name]?.data
  if (!(data instanceof Float32Array)) throw new Error(`the output ${name} is missing or no float32`)
  return data
}
