import t from 'tap'
import { Failure } from '../../src/errors.js'
import { type FaultyModel, createModelChoice } from '../../src/runtime/model-choice.js'
import type { InstalledModel } from '../../src/runtime/model-store.js'

const missing = (id: string): Failure => new Failure('model_missing', `the model ${id} cannot be loaded`, { cause: 'the file is damaged' })

function choiceOf (ids: readonly string[], open = ({ facts }: InstalledModel): string => `opened ${facts.id}`) {
  const models = ids.map(id => ({ facts: { id }, netWith: () => ({ id, path: id }) }) as unknown as InstalledModel)
  const faults: FaultyModel[] = []
  const opened: string[] = []
  const choice = createModelChoice({
    store: { forTask: () => models, lackFor: task => `no model for ${task} works` },
    task: 'object-detection',
    open: model => { opened.push(model.facts.id); return open(model) },
    reportFault: fault => faults.push(fault)
  })
  return { choice, faults, opened }
}

t.test('the best model serves and is opened once', async t => {
  const { choice, faults, opened } = choiceOf(['best', 'next'])
  t.equal(choice.serving(), 'best')
  for (let i = 0; i < 2; i++) t.equal(await choice.use(async (value, { facts }) => `${value} of ${facts.id}`), 'opened best of best')
  t.same(opened, ['best'])
  t.same(faults, [])
})

t.test('a model that does not load is told once and left for good; the next best serves', async t => {
  const { choice, faults } = choiceOf(['best', 'next', 'last'])
  const tried: string[] = []
  const use = async (): Promise<string> => await choice.use(async (_, { facts }) => {
    tried.push(facts.id)
    if (facts.id === 'best') throw missing('best')
    return facts.id
  })
  t.same(await Promise.all([use(), use()]), ['next', 'next'])
  t.equal(await use(), 'next')
  t.same(tried, ['best', 'best', 'next', 'next', 'next'])
  t.same(faults, [{ task: 'object-detection', id: 'best', fault: 'the file is damaged' }])
  t.equal(choice.serving(), 'next')
})

t.test('a model that cannot be opened is left too', async t => {
  const { choice, faults } = choiceOf(['best', 'next'], ({ facts }) => {
    if (facts.id === 'best') throw new Failure('model_missing', 'no way is known to read it')
    return facts.id
  })
  t.equal(await choice.use(async value => value), 'next')
  t.match(faults, [{ id: 'best', fault: 'no way is known to read it' }])
})

t.test('where none is left the failure says so, and the next request tries them all again', async t => {
  const { choice, faults } = choiceOf(['best', 'next'])
  let works = false
  const use = async (): Promise<string> => await choice.use(async (_, { facts }) => {
    if (!works) throw missing(facts.id)
    return facts.id
  })
  await t.rejects(use(), { kind: 'model_missing', message: 'no model for object-detection works' })
  t.equal(choice.serving(), undefined)
  await t.rejects(use(), { kind: 'model_missing', message: /works/ })
  t.equal(faults.length, 2, 'each is told once')
  works = true
  t.equal(await use(), 'best')
})

t.test('without any model the failure names the task', async t => {
  await t.rejects(choiceOf([]).choice.use(async () => 1), { kind: 'model_missing', message: 'no model for object-detection works' })
})

t.test('any other failure is the request\'s own and condemns no model', async t => {
  const { choice, faults } = choiceOf(['best', 'next'])
  await t.rejects(choice.use(async () => { throw new Failure('too_large', 'too many pixels') }), { kind: 'too_large', message: /pixels/ })
  await t.rejects(choice.use(async () => { throw new Error('our fault') }), /our fault/)
  t.equal(choice.serving(), 'best')
  t.same(faults, [])
})
