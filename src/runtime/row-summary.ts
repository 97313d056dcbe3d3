// What is wanted of an output with thousands of columns: megabytes for each line of text, which cost more to hand from thread
// to thread, and to collect as garbage, than to go through where they arise.
import type { Tensor } from './tensor.js'

/** An output whose rows are probabilities that add up to 1, of which only the likeliest column and some others are wanted. */
export interface RowSummary {
  readonly name: string
  readonly columns: readonly number[]
}

/** An output as it is, by its name, or the summary of its rows. */
export type WantedOutput = string | RowSummary

// With room for the rounding of a sum of thousands.
const HALF = 0.51

/**
 * Rows of the index and the value of the largest column, and the values of the columns that are asked for, in their order.
 * @param tensor its last side are the columns
 * @throws Error where there is no such column
 */
export function summariseRows ({ data, dims }: Tensor, columns: readonly number[]): Tensor {
  const width = dims.at(-1) ?? 0
  const absent = columns.find(column => column >= width)
  if (absent !== undefined || !(data instanceof Float32Array)) throw new Error(`an output of ${width} columns has no column ${absent ?? 'of numbers'}`)
  const rows = width === 0 ? 0 : data.length / width
  const length = 2 + columns.length
  const summary = new Float32Array(rows * length)
  for (let row = 0; row < rows; row++) {
    const offset = row * width
    let best = 0
    let most = data[offset]!
    // What has more than half is the most.
    for (let column = 1; column < width && most <= HALF; column++) {
      const value = data[offset + column]!
      if (value > most) {
        most = value
        best = column
      }
    }
    summary.set([best, most, ...columns.map(column => data[offset + column]!)], row * length)
  }
  return { data: summary, dims: [rows, length] }
}
