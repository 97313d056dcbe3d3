import t from 'tap'
import { type LabelVoice, fuseLabels } from '../../src/labels/fuse-labels.js'
import { createLabelGraph } from '../../src/labels/label-graph.js'
import { raiseParents, sumUpGraph } from '../../src/labels/label-scores.js'

const graph = createLabelGraph({
  '/m/animal': { name: 'Animal', parents: [] },
  '/m/bird': { name: 'Bird', parents: ['/m/animal'] },
  '/m/crane': { name: 'Crane (Bird)', parents: ['/m/bird'] },
  '/m/heron': { name: 'Heron', parents: ['/m/bird'] },
  '/m/machine': { name: 'Crane (Machine)', parents: [] }
})
const all = { minScore: 0, maxResults: 100 }
const voice = (scores: Record<string, number>, leads: readonly string[] = []): LabelVoice => ({ scores: new Map(Object.entries(scores)), leads: new Set(leads) })
const plain = (labels: ReturnType<typeof fuseLabels>) => labels.map(({ mid, score }) => [mid, score])

t.test('classes that exclude each other add up to what they are kinds of', async t => {
  const sums = sumUpGraph([0.25, 0.5, 0.125, 0.125], ['/m/crane', '/m/heron', '/m/crane', '/m/machine'], graph)
  t.same(Object.fromEntries(sums), { '/m/crane': 0.375, '/m/heron': 0.5, '/m/bird': 0.875, '/m/animal': 0.875, '/m/machine': 0.125 })
  t.equal(sumUpGraph([0.9, 0.9], ['/m/crane', '/m/heron'], graph).get('/m/bird'), 1, 'and never to more than 1')
})

t.test('what a label is a kind of is at least as likely as the label', async t => {
  t.same(Object.fromEntries(raiseParents(new Map([['/m/crane', 0.5], ['/m/bird', 0.25], ['/m/animal', 0.75]]), graph)), { '/m/crane': 0.5, '/m/bird': 0.5, '/m/animal': 0.75 })
  t.same(Object.fromEntries(raiseParents(new Map([['/m/crane', 0.25], ['/m/heron', 0.5]]), graph, 0.5)), { '/m/crane': 0.25, '/m/heron': 0.5, '/m/bird': 0.5, '/m/animal': 0.5 })
  t.same(Object.fromEntries(raiseParents(new Map([['/m/crane', 0.25]]), graph, 0.5)), { '/m/crane': 0.25 }, 'what is too unlikely raises nothing')
})

t.test('of several sources the surest counts, each mid comes once, and no parent is under its child', async t => {
  const labels = fuseLabels([voice({ '/m/bird': 0.25, '/m/machine': 0.75 }), voice({ '/m/crane': 0.5, '/m/machine': 0.125 })], graph, all)
  t.same(plain(labels), [['/m/machine', 0.75], ['/m/crane', 0.5], ['/m/bird', 0.5], ['/m/animal', 0.5]], 'equal scores: the most specific first')
  t.same(labels.map(({ description }) => description), ['Crane', 'Crane', 'Bird', 'Animal'], 'without what tells namesakes apart')
})

t.test('limits, and nothing where nothing is said', async t => {
  const source = voice({ '/m/crane': 0.5, '/m/machine': 0.25 })
  t.same(plain(fuseLabels([source], graph, { minScore: 0.5, maxResults: 2 })), [['/m/crane', 0.5], ['/m/bird', 0.5]])
  t.same(fuseLabels([], graph, all), [])
  t.same(fuseLabels([voice({ '/m/crane': 0 })], graph, all), [], 'a label that cannot be is none')
})

t.test('scores are single-precision numbers', async t => {
  t.same(plain(fuseLabels([voice({ '/m/machine': 0.7 })], graph, all)), [['/m/machine', Math.fround(0.7)]])
})

t.test('where a source leads and is sure of what a picture shows, its word on what it knows is the last', async t => {
  const score = (of: string, ...voices: LabelVoice[]): number | undefined => fuseLabels(voices, graph, all).find(({ mid }) => mid === of)?.score
  const leader = voice({ '/m/bird': 0.5, '/m/heron': 0.25 }, ['/m/bird', '/m/heron', '/m/crane'])
  t.equal(score('/m/bird', leader, voice({ '/m/bird': 0.9 })), 0.5, 'neither up')
  t.equal(score('/m/heron', leader, voice({ '/m/heron': 0.01 })), 0.25, 'nor down')
  t.equal(score('/m/crane', leader, voice({ '/m/crane': 0.9 })), undefined, 'what it does not see is not there')
  t.equal(score('/m/machine', leader, voice({ '/m/machine': 0.75 })), 0.75, 'of the rest the surest counts')
})

t.test('what a leader does not know raises what that is a kind of all the same', async t => {
  const leader = voice({ '/m/machine': 0.8, '/m/animal': 0.001 }, ['/m/machine', '/m/animal'])
  t.same(plain(fuseLabels([leader, voice({ '/m/heron': 0.75 })], graph, { minScore: 0.5, maxResults: 9 })).map(([mid]) => mid), ['/m/machine', '/m/heron', '/m/bird', '/m/animal'])
})

t.test('where a leader is not sure, what another says moves its odds', async t => {
  const bird = (...voices: LabelVoice[]): number => fuseLabels(voices, graph, all).find(({ mid }) => mid === '/m/bird')?.score ?? NaN
  const leader = (score: number): LabelVoice => voice({ '/m/bird': score }, ['/m/bird', '/m/crane'])
  t.equal(bird(leader(0.25)), 0.25, 'alone it has its way')
  t.equal(bird(leader(0.25), voice({ '/m/machine': 0.75 })), 0.25, 'and where the other has no word on the label')
  t.ok(bird(leader(0.45), voice({ '/m/bird': 0.7 })) > 0.5, 'two that lean the same way are surer than one')
  t.ok(bird(leader(0.45), voice({ '/m/bird': 0.1 })) < 0.45, 'who does not see it takes from its score')
  t.equal(bird(leader(0.45), voice({ '/m/bird': 0 })), bird(leader(0.45), voice({ '/m/bird': 0.02 })), 'within bounds')
  t.ok(bird(voice({}, ['/m/bird']), voice({ '/m/bird': 0.7 })) < 0.5, 'silence of the leader is a doubt')
  t.equal(bird(voice({}, ['/m/bird']), voice({ '/m/bird': 0.85 })), Math.fround(0.85), 'that one who is certain overcomes')
  t.equal(bird(leader(0.0001), voice({ '/m/bird': 0.0002 })), Math.fround(0.0002), 'what nobody sees is no label for that')
  t.equal(bird(voice({ '/m/bird': 0.7 }), voice({ '/m/bird': 0.2 })), Math.fround(0.7), 'without a leader the surest counts')
})
