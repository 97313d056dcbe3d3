// Small symmetric systems, as least squares gives them.

/**
 * Solves A x = b by Cholesky's factors for a symmetric, positive definite A (row-major, only its lower triangle is read;
 * it is overwritten). Returns undefined where A is not positive definite.
 */
export function solveSymmetric (a: Float64Array, b: Float64Array): Float64Array | undefined {
  const size = b.length
  for (let column = 0; column < size; column++) {
    let pivot = a[column * size + column]!
    for (let k = 0; k < column; k++) pivot -= a[column * size + k]! ** 2
    if (!(pivot > 1e-12)) return undefined
    const root = Math.sqrt(pivot)
    a[column * size + column] = root
    for (let row = column + 1; row < size; row++) {
      let sum = a[row * size + column]!
      for (let k = 0; k < column; k++) sum -= a[row * size + k]! * a[column * size + k]!
      a[row * size + column] = sum / root
    }
  }
  const x = Float64Array.from(b)
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) x[row]! -= a[row * size + k]! * x[k]!
    x[row]! /= a[row * size + row]!
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= a[k * size + row]! * x[k]!
    x[row]! /= a[row * size + row]!
  }
  return x
}
