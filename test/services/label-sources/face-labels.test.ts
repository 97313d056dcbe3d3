import t from 'tap'
import { createFaceLabels } from '../../../src/services/label-sources/face-labels.js'

const PERSON = '/m/01g317'
const image = { data: new Uint8Array(3), width: 100, height: 100, channels: 3 as const, original: { width: 100, height: 100 } }
const face = (side: number, score = 0.9) => ({ score, box: { x: 0, y: 0, width: side, height: side } })
const voice = (person: number) => ({ scores: new Map([[PERSON, person]]) })

async function labelsFor (earlier: Parameters<ReturnType<typeof createFaceLabels>['find']>[1], faces = [face(50)], happy = 0.9) {
  let looks = 0
  const source = createFaceLabels(
    async run => await run({ detect: async () => { looks++; return faces } }),
    async run => await run({ read: async () => new Map([['happy', happy]]) })
  )
  return { scores: Object.fromEntries((await source.find(image, earlier)).scores), looks }
}

t.test('a face, and a smile where it is a sure one', async t => {
  t.same((await labelsFor([voice(0.9)])).scores, { '/m/0dzct': 0.9, '/m/019nj4': 0.9 })
  t.same((await labelsFor([voice(0.9)], [face(50)], 0.8)).scores, { '/m/0dzct': 0.9 })
})

t.test('a face in passing is no label', async t => {
  t.same((await labelsFor([voice(0.9)], [face(20)])).scores, {})
})

t.test('nobody looks for faces where no person is seen; where nobody knows, somebody does', async t => {
  t.same(await labelsFor([voice(0.01)]), { scores: {}, looks: 0 })
  t.equal((await labelsFor([voice(0.01), voice(0.5)])).looks, 1)
  t.equal((await labelsFor([])).looks, 1)
  t.equal((await labelsFor([{ ...voice(0.01), leads: new Set([PERSON]) }])).looks, 1, 'a classifier of pictures as a whole names hardly anybody')
  t.equal((await labelsFor([voice(0.01), { ...voice(0.5), leads: new Set([PERSON]) }])).looks, 0)
})
