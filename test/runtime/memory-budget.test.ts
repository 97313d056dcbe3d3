import t from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryBudget, isMemoryScarce, memoryForPictures, memoryLimit } from '../../src/runtime/memory-budget.js'

const never = new AbortController().signal

t.test('what does not fit waits, in order of arrival', async t => {
  const budget = createMemoryBudget(100)
  const first = await budget.reserve(60, never)
  const order: string[] = []
  const large = budget.reserve(50, never).then(giveBack => { order.push('large'); return giveBack })
  const small = budget.reserve(10, never).then(giveBack => { order.push('small'); return giveBack })
  await sleep(1)
  t.same(order, [], 'a small one does not overtake, or a large one might wait for ever')
  first()
  first()
  const both = await Promise.all([large, small])
  t.same(order, ['large', 'small'])
  t.equal(budget.reservedBytes, 60)
  for (const giveBack of both) giveBack()
  t.equal(budget.reservedBytes, 0)
})

t.test('who gives up waiting lets those behind pass', async t => {
  const budget = createMemoryBudget(100)
  const first = await budget.reserve(60, never)
  const abort = new AbortController()
  const large = t.rejects(budget.reserve(90, abort.signal), { message: 'gone' })
  const small = budget.reserve(40, never)
  abort.abort(new Error('gone'))
  await large
  const giveBack = await small
  t.equal(budget.reservedBytes, 100)
  giveBack()
  first()
  await t.rejects(budget.reserve(1, abort.signal), { message: 'gone' })
  t.equal(budget.reservedBytes, 0)
})

t.test('a small container leaves a quarter for pictures, a large one all but what everything else takes', async t => {
  t.equal(memoryForPictures(512e6, 2), 128e6)
  t.equal(memoryForPictures(1.1e9, 2), 0.4e9, 'where memory is spared')
  t.equal(memoryForPictures(4e9, 2), 2.5e9, 'where it is not')
  t.equal(memoryForPictures(16e9, 8), 10.9e9)
  t.ok(memoryForPictures(memoryLimit(), 2) > 0)
})

t.test('memory is scarce where two CPUs have one or two gigabytes', async t => {
  t.ok(isMemoryScarce(1e9, 2))
  t.ok(isMemoryScarce(2e9, 2))
  t.notOk(isMemoryScarce(4e9, 2))
})
