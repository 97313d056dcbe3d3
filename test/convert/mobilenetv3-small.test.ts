// The net that is made of weights alone, against what the runtime of the package that carries them answered (see
// fixtures/golden/record-backbone.mjs).
import t from 'tap'
import { readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { readGguf } from '../../src/convert/gguf-weights.js'
import { buildMobileNetV3Small } from '../../src/convert/mobilenetv3-small.js'
import { writeOnnx } from '../../src/convert/onnx-file.js'
import { findPackageFrom, readPackageFile } from '../../src/convert/package-files.js'
import { goldenPicture } from '../fixtures/golden/golden-input.mjs'
import { ROOT } from '../places.js'
import { rowOf } from './package-models.js'

// The recorded runtime multiplies in half precision.
const TOLERANCE = 1e-3
// What the package's runtime takes.
const SIDE = 224
const cut = { name: 'test', input: 'image', size: { height: SIDE, width: SIDE } }
const LABELS = ['food', 'report', 'other']
const recorded = JSON.parse(readFileSync(`${ROOT}test/fixtures/golden/backbone.json`, 'utf8')) as ReadonlyArray<{ inverted: boolean, probabilities: Readonly<Record<string, number>> }>
const row = rowOf('mobilenetv3-small')
if (row.kind !== 'assembled') throw new Error('mobilenetv3-small is not assembled')
const weights = readGguf(readPackageFile(row.package, row.source.weights, findPackageFrom(ROOT)))
const outputs = [...row.outputs.map(({ name }) => name), 'hidden', 'classes']
const bytes = writeOnnx(buildMobileNetV3Small(weights, { ...cut, outputs }))

t.test('the classes are as sure as in the runtime of the package', async t => {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 })
  t.same([...session.outputNames], outputs)
  for (const { inverted, probabilities } of recorded) {
    const said = await session.run({ image: inputTensor(inverted) })
    const powers = Array.from(said.classes!.data as Float32Array, Math.exp)
    const sum = powers.reduce((sum, power) => sum + power)
    for (const [i, label] of LABELS.entries()) {
      const off = Math.abs(powers[i]! / sum - probabilities[label]!)
      t.ok(off < TOLERANCE, `${label}, ${inverted ? 'inverted' : 'upright'}: off by ${off.toExponential(1)}`)
    }
    for (const { name, shape } of row.outputs) t.same(said[name]?.dims, shape, name)
  }
  await session.release()
})

t.test('only what the wanted outputs need is written', async t => {
  const { nodes, constants } = buildMobileNetV3Small(weights, { ...cut, outputs: ['stride16_expanded'] })
  t.ok(nodes.some(({ output }) => output === 'stride16_expanded'))
  t.notOk(constants.some(({ name }) => name.startsWith('features.9') || name.startsWith('classifier')))
})

t.test('a missing weight and an output that the net has not are named', async t => {
  const without = new Map(weights)
  without.delete('features.5.block.1.1.running_var')
  t.throws(() => buildMobileNetV3Small(without, { ...cut, outputs: ['hidden'] }), { message: 'The weights hold no features.5.block.1.1.running_var' })
  t.throws(() => buildMobileNetV3Small(weights, { ...cut, outputs: ['boxes'] }), { message: /^MobileNetV3-Small has no output boxes; it has stride16_expanded, / })
})

/** The recorded picture as the row says that the net takes it, channels first. */
function inputTensor (inverted: boolean): Tensor {
  const input = row.inputs[0]
  if (input?.kind !== 'image') throw new Error('the net takes no picture')
  const values = new Float32Array(3 * SIDE * SIDE)
  goldenPicture(SIDE, SIDE, 3).forEach((byte, i) => {
    const channel = i % 3
    values[channel * SIDE * SIDE + Math.floor(i / 3)] = ((inverted ? 255 - byte : byte) / input.divisor - input.mean[channel]!) / input.std[channel]!
  })
  return new Tensor('float32', values, [1, 3, SIDE, SIDE])
}
