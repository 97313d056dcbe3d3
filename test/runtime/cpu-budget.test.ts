import t from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCpuBudget } from '../../src/runtime/cpu-budget.js'

/** Work that ends when told to. */
function heldWork (): { work: () => Promise<string>, end: () => void, started: () => boolean } {
  let end = (): void => {}
  let started = false
  const done = new Promise<string>(resolve => { end = () => resolve('done') })
  return { work: () => { started = true; return done }, end, started: () => started }
}

t.test('as many computations run at one time as there are slots, in order of arrival', async t => {
  const budget = createCpuBudget({ slots: 2, maxQueue: 10 })
  const works = [heldWork(), heldWork(), heldWork(), heldWork()]
  const runs = works.map(({ work }) => budget.run(work))
  await sleep(1)
  t.same(works.map(({ started }) => started()), [true, true, false, false])
  t.equal(budget.busy, 2)
  t.equal(budget.waiting, 2)
  works[1]?.end()
  await sleep(1)
  t.same(works.map(({ started }) => started()), [true, true, true, false])
  for (const { end } of works) end()
  t.same(await Promise.all(runs), ['done', 'done', 'done', 'done'])
  t.equal(budget.busy, 0)
  t.equal(budget.waiting, 0)
})

t.test('one more than the queue holds is refused at once with the time to wait', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 1 })
  const first = heldWork()
  const runs = [budget.run(first.work), budget.run(async () => 'second')]
  await t.rejects(budget.run(async () => 'third'), { kind: 'busy', message: /1 requests wait for a CPU, the limit is 1/, retryAfterS: 1 })
  first.end()
  t.same(await Promise.all(runs), ['done', 'second'])
})

t.test('a failing computation gives its slot back', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 1 })
  await t.rejects(budget.run(async () => { throw new Error('broken') }), { message: 'broken' })
  await t.rejects(budget.run(() => { throw new Error('broken at once') }), { message: 'broken at once' })
  t.equal(budget.busy, 0)
  t.equal(await budget.run(async () => 'next'), 'next')
})

t.test('who gives up waiting leaves the queue, and who runs keeps the slot', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 5 })
  const first = heldWork()
  const abort = new AbortController()
  const firstRun = budget.run(first.work, abort.signal)
  const second = heldWork()
  const secondRun = budget.run(second.work, abort.signal)
  const rejected = t.rejects(secondRun, { message: 'gone' })
  abort.abort(new Error('gone'))
  await rejected
  t.equal(budget.waiting, 0)
  t.equal(budget.busy, 1, 'what computes still counts')
  await t.rejects(budget.run(first.work, abort.signal), { message: 'gone' }, 'an aborted request does not start')
  first.end()
  await firstRun
  t.equal(budget.busy, 0)
  t.notOk(second.started())
})
