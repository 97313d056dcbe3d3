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
  const budget = createCpuBudget({ slots: 2, maxQueue: 10, maxWaitMs: 60_000 })
  const works = [heldWork(), heldWork(), heldWork(), heldWork()]
  const runs = works.map(({ work }) => budget.run('a', work))
  await sleep(1)
  t.same(works.map(({ started }) => started()), [true, true, false, false])
  t.equal(budget.busy, 2)
  t.equal(budget.waiting.get('a'), 2)
  works[1]?.end()
  await sleep(1)
  t.same(works.map(({ started }) => started()), [true, true, true, false])
  for (const { end } of works) end()
  t.same(await Promise.all(runs), ['done', 'done', 'done', 'done'])
  t.equal(budget.busy, 0)
  t.equal(budget.waiting.get('a'), 0)
})

t.test('one more than the queue holds is refused at once with the time to wait', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 1, maxWaitMs: 60_000 })
  const first = heldWork()
  t.doesNotThrow(() => budget.refuseIfBusy('a'), 'a slot is free')
  const runs = [budget.run('a', first.work), budget.run('a', async () => 'second')]
  t.throws(() => budget.refuseIfBusy('a'), { kind: 'busy', message: /the limit is 1/ }, 'who asks first is told the same')
  t.doesNotThrow(() => budget.refuseIfBusy('b'), 'another lane has room')
  await t.rejects(budget.run('a', async () => 'third'), { kind: 'busy', message: /1 requests for a wait for a CPU, the limit is 1/, retryAfterS: 1 })
  first.end()
  t.same(await Promise.all(runs), ['done', 'second'])
})

t.test('a failing computation gives its slot back', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 1, maxWaitMs: 60_000 })
  await t.rejects(budget.run('a', async () => { throw new Error('broken') }), { message: 'broken' })
  await t.rejects(budget.run('a', () => { throw new Error('broken at once') }), { message: 'broken at once' })
  t.equal(budget.busy, 0)
  t.equal(await budget.run('a', async () => 'next'), 'next')
})

t.test('who gives up waiting leaves the queue, and who runs keeps the slot', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 5, maxWaitMs: 60_000 })
  const first = heldWork()
  const abort = new AbortController()
  const firstRun = budget.run('a', first.work, abort.signal)
  const second = heldWork()
  const secondRun = budget.run('a', second.work, abort.signal)
  const rejected = t.rejects(secondRun, { message: 'gone' })
  abort.abort(new Error('gone'))
  await rejected
  t.equal(budget.waiting.get('a'), 0)
  t.equal(budget.busy, 1, 'what computes still counts')
  await t.rejects(budget.run('a', first.work, abort.signal), { message: 'gone' }, 'an aborted request does not start')
  first.end()
  await firstRun
  t.equal(budget.busy, 0)
  t.notOk(second.started())
})

t.test('a full queue of one lane is none of another', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 1, maxWaitMs: 60_000 })
  const slow = [heldWork(), heldWork()]
  const runs = slow.map(({ work }) => budget.run('slow', work))
  await t.rejects(budget.run('slow', async () => 'too many'), { kind: 'busy', message: /for slow/ })
  const fast = heldWork()
  runs.push(budget.run('fast', fast.work))
  slow[0]?.end()
  await sleep(1)
  t.ok(fast.started(), 'it is next, since it has had nothing yet')
  t.notOk(slow[1]?.started())
  fast.end()
  slow[1]?.end()
  await Promise.all(runs)
})

t.test('who would wait too long is refused at once and told when to come again', async t => {
  const budget = createCpuBudget({ slots: 1, maxQueue: 100, maxWaitMs: 400 })
  const first = heldWork()
  const runs = [budget.run('a', first.work), budget.run('a', async () => 'b'), budget.run('a', async () => 'c')]
  await t.rejects(budget.run('a', async () => 'd'), { kind: 'busy', message: /a request for a would wait 0\.5 s for a CPU, the limit is 0\.4 s/, retryAfterS: 1 })
  first.end()
  await Promise.all(runs)
})
