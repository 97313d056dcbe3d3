// The numbers that go into a net and come out of it.

/** A dense tensor, row-major; images are NCHW. */
export interface Tensor {
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
}

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>
