// Four operations that become one, and the small difference that must not get lost.
import t, { type Test } from 'tap'
import { convertTiny, runOnnx, type TinyNode } from './tiny-graph.js'

// What float16 makes of a sixth: twenty of these in a row are not what HardSwish gives.
const SIXTH = 0.1666259765625
const row = { shape: [1, 1, 5, 1], values: [-4, -1, 0, 1, 4] }
const expected = row.values.map(x => SIXTH * x * Math.min(6, Math.max(0, x + 3)))

function swish (sixth = SIXTH, three = 3): TinyNode[] {
  return [
    { name: 'sixth', shape: [], floats: [sixth] },
    { name: 'three', shape: [], floats: [three] },
    { name: 'scaled', op: 'Mul', inputs: ['sixth', 'in'] },
    { name: 'shifted', op: 'Add', inputs: ['in', 'three'] },
    { name: 'clipped', op: 'Relu6', inputs: ['shifted'] },
    { name: 'swish', op: 'Mul', inputs: ['scaled', 'clipped'] }
  ]
}

async function run (nodes: readonly TinyNode[], output: string): Promise<{ ops: string[], values: readonly number[] }> {
  const graph = convertTiny(row.shape, nodes, [output])
  const [result] = await runOnnx(graph, row)
  return { ops: graph.nodes.map(node => node.op), values: result?.values ?? [] }
}

function near (t: Test, values: readonly number[], wanted: readonly number[]): void {
  t.equal(values.length, wanted.length)
  values.forEach((value, i) => t.ok(Math.abs(value - (wanted[i] ?? NaN)) < 1e-6, `${value} is ${wanted[i]}`))
}

t.test('the four operations become HardSwish, and its values are those of the four', async t => {
  const { ops, values } = await run(swish(), 'swish')
  t.same(ops, ['HardSwish', 'Mul'])
  near(t, values, expected)
})

t.test('a sixth that is exact needs no factor', async t => {
  t.same((await run(swish(Math.fround(1 / 6)), 'swish')).ops, ['HardSwish'])
})

t.test('a convolution takes the factor into its weights', async t => {
  const { ops, values } = await run([...swish(), { name: 'k', shape: [1, 1, 1, 1], floats: [10] }, { name: 'conv', op: 'Conv2D', inputs: ['swish', 'k'], attributes: { padding: 'VALID' } }], 'conv')
  t.same(ops, ['HardSwish', 'Conv'])
  near(t, values, expected.map(value => value * 10))
})

t.test('a mean and a product pass the factor on, as squeeze and excite needs it', async t => {
  const { ops, values } = await run([
    ...swish(),
    { name: 'axes', shape: [2], integers: [1, 2] },
    { name: 'mean', op: 'Mean', inputs: ['swish', 'axes'], attributes: { keep_dims: true } },
    { name: 'gated', op: 'Mul', inputs: ['swish', 'mean'] },
    { name: 'k', shape: [1, 1, 1, 1], floats: [1] },
    { name: 'conv', op: 'Conv2D', inputs: ['gated', 'k'], attributes: { padding: 'VALID' } }
  ], 'conv')
  t.same(ops, ['HardSwish', 'ReduceMean', 'Mul', 'Conv'])
  const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length
  near(t, values, expected.map(value => value * mean))
})

t.test('whatever cannot take the factor gets the true values', async t => {
  const { ops, values } = await run([...swish(), { name: 'sum', op: 'Add', inputs: ['swish', 'in'] }], 'sum')
  t.same(ops, ['HardSwish', 'Mul', 'Add'])
  near(t, values, expected.map((value, i) => value + (row.values[i] ?? NaN)))
})

t.test('what only looks alike stays as it is', async t => {
  t.notOk((await run(swish(0.2), 'swish')).ops.includes('HardSwish'), 'another factor')
  t.notOk((await run(swish(SIXTH, 2), 'swish')).ops.includes('HardSwish'), 'another shift')
  const other = swish().map(node => node.name === 'scaled' ? { ...node, inputs: ['sixth', 'clipped'] } : node)
  t.notOk((await run(other, 'swish')).ops.includes('HardSwish'), 'another operand')
})
