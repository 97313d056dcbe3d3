import t from 'tap'
import { summariseRows } from '../../src/runtime/row-summary.js'

t.test('a summary has the largest column of each row, its value, and the columns that are asked for', async t => {
  const data = Float32Array.of(0.75, 0.25, 0, 0.25, 0.25, 0.5)
  t.same(summariseRows({ data, dims: [1, 2, 3] }, [2, 0]), { data: Float32Array.of(0, 0.75, 0, 0.75, 2, 0.5, 0.5, 0.25), dims: [2, 4] })
  t.same(summariseRows({ data: Float32Array.of(0.25, 0.5, 0.25), dims: [1, 3] }, []).data, Float32Array.of(1, 0.5))
})

t.test('a column that is not there is a fault', async t => {
  t.throws(() => summariseRows({ data: new Float32Array(4), dims: [1, 4] }, [4]), { message: 'an output of 4 columns has no column 4' })
})
