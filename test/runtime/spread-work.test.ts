import t from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCpuBudget } from '../../src/runtime/cpu-budget.js'
import { spreadWork } from '../../src/runtime/spread-work.js'

const signal = new AbortController().signal

t.test('idle slots are used, results keep their order, and all slots come back', async t => {
  const budget = createCpuBudget({ slots: 3, maxQueue: 4, maxWaitMs: 60_000 })
  let running = 0
  let most = 0
  const results = await budget.run('a', async () => await spreadWork(budget, [1, 2, 3, 4, 5, 6, 7], async item => {
    most = Math.max(most, ++running)
    await sleep(item % 2 === 0 ? 4 : 1)
    running--
    return item * 10
  }, signal))
  t.same(results, [10, 20, 30, 40, 50, 60, 70])
  t.equal(most, 3)
  t.equal(budget.busy, 0)
  t.same(await spreadWork(budget, [], async () => 1, signal), [])
})

t.test('whoever comes next waits for one piece at most', async t => {
  const budget = createCpuBudget({ slots: 2, maxQueue: 4, maxWaitMs: 60_000 })
  let done = 0
  const large = budget.run('a', async () => await spreadWork(budget, Array.from({ length: 40 }), async () => {
    await sleep(2)
    done++
  }, signal))
  await sleep(1)
  t.equal(budget.busy, 2, 'the large one has borrowed the other slot')
  const doneThen = await budget.run('a', async () => done)
  t.ok(doneThen < 10, `it got its slot after ${doneThen} pieces`)
  await large
  t.equal(budget.busy, 0)
})

t.test('after a failure nothing is begun, and what had begun is waited for', async t => {
  const budget = createCpuBudget({ slots: 2, maxQueue: 4, maxWaitMs: 60_000 })
  const begun: number[] = []
  let ended = 0
  await t.rejects(budget.run('a', async () => await spreadWork(budget, [0, 1, 2, 3, 4, 5], async item => {
    begun.push(item)
    await sleep(item === 0 ? 1 : 5)
    ended++
    if (item === 0) throw new Error('broken')
  }, signal)), { message: 'broken' })
  t.equal(ended, begun.length)
  t.ok(begun.length < 6)
  t.equal(budget.busy, 0)
})

t.test('an abort ends it between two pieces, with its reason', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 4, maxWaitMs: 60_000 })
  const abort = new AbortController()
  let done = 0
  await t.rejects(budget.run('a', async () => await spreadWork(budget, [0, 1, 2, 3], async item => {
    done++
    if (item === 1) abort.abort(new Error('too late'))
  }, abort.signal)), { message: 'too late' })
  t.equal(done, 2)
})
