// The one difference between the two worlds: TensorFlow keeps channels last (NHWC), ONNX wants them second (NCHW).

/** Position in NCHW of each NHWC axis. */
export const NCHW_AXIS = [0, 2, 3, 1] as const
/** The permutation that makes NCHW of NHWC, in the sense of ONNX's Transpose. */
export const NHWC_TO_NCHW = [0, 3, 1, 2] as const
/** Its inverse. */
export const NCHW_TO_NHWC = [0, 2, 3, 1] as const

/** Brings one value per NHWC axis, as strides or a shape, into the order of NCHW. */
export function toNchwOrder (values: readonly number[]): number[] {
  return NHWC_TO_NCHW.map(axis => values[axis] ?? 1)
}

/** The axis of NCHW for an axis of NHWC, which may be negative. */
export function toNchwAxis (axis: number): number {
  return NCHW_AXIS[axis < 0 ? axis + NCHW_AXIS.length : axis] ?? axis
}

/** A rank-4 array in another order of axes: axis i of the result is axis `order[i]` of the source. */
export function permute (data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array<ArrayBuffer> {
  const [a = 1, b = 1, c = 1, d = 1] = order.map(axis => shape[axis] ?? 1)
  const [stepA = 0, stepB = 0, stepC = 0, stepD = 0] = order.map(axis => shape.slice(axis + 1).reduce((product, side) => product * side, 1))
  const result = new Float32Array(data.length)
  let at = 0
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        for (let l = 0; l < d; l++) result[at++] = data[i * stepA + j * stepB + k * stepC + l * stepD]!
      }
    }
  }
  return result
}
