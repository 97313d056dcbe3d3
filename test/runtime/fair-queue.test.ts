import t from 'tap'
import { createFairQueue } from '../../src/runtime/fair-queue.js'

interface Item { readonly lane: string, readonly n: number }

/** Lets one slot work so many seconds on what waits. @returns seconds by lane */
function workFor (seconds: number, queue: ReturnType<typeof createFairQueue<Item>>, tookS: Readonly<Record<string, number>>): Map<string, number> {
  const had = new Map<string, number>()
  for (let spent = 0; spent < seconds;) {
    const item = queue.next()
    if (item === undefined) break
    const took = tookS[item.lane] ?? 0
    queue.start(item.lane)(took)
    had.set(item.lane, (had.get(item.lane) ?? 0) + took)
    spent += took
  }
  return had
}

t.test('in a lane the first to come goes first, and who has gone is not there', async t => {
  const queue = createFairQueue<Item>(60_000)
  const items = [0, 1, 2].map(n => ({ lane: 'a', n }))
  for (const item of items) queue.add('a', item)
  queue.remove('a', items[1] as Item)
  t.equal(queue.size, 2)
  t.same([queue.next()?.n, queue.next()?.n, queue.next()], [0, 2, undefined])
})

t.test('lanes with enough to do get equal computing, however long their work takes', async t => {
  const queue = createFairQueue<Item>(60_000)
  for (let n = 0; n < 1000; n++) for (const lane of ['fast', 'slow', 'slower']) queue.add(lane, { lane, n })
  const had = workFor(60, queue, { fast: 0.05, slow: 1, slower: 3 })
  for (const lane of ['fast', 'slow', 'slower']) t.ok(Math.abs((had.get(lane) ?? 0) - 20) <= 3, `${lane} had ${had.get(lane)} s`)
})

t.test('a lane that was idle has no claim on the past', async t => {
  const queue = createFairQueue<Item>(60_000)
  for (let n = 0; n < 200; n++) queue.add('a', { lane: 'a', n })
  workFor(50, queue, { a: 1 })
  for (let n = 0; n < 200; n++) queue.add('b', { lane: 'b', n })
  const had = workFor(20, queue, { a: 1, b: 1 })
  t.ok(Math.abs((had.get('a') ?? 0) - (had.get('b') ?? 0)) <= 2, `a ${had.get('a')} s, b ${had.get('b')} s`)
})

t.test('the wait that is expected counts what goes before, and not what does not', async t => {
  const queue = createFairQueue<Item>(60_000)
  const learn = (lane: string, seconds: number): void => { for (let n = 0; n < 200; n++) queue.start(lane)(seconds) }
  learn('slow', 2)
  learn('fast', 0.1)
  t.ok(Math.abs(queue.usualS('slow') - 2) < 0.01)
  for (let n = 0; n < 10; n++) queue.add('slow', { lane: 'slow', n })
  const end = queue.start('slow')
  t.ok(Math.abs(queue.expectedWaitS('slow', 1) - 21) < 0.1, 'half of what runs and ten before it')
  t.ok(Math.abs(queue.expectedWaitS('slow', 2) - 10.5) < 0.1)
  t.ok(queue.expectedWaitS('fast', 1) < 1.2, 'half of what runs and as much of the slow as it takes itself')
  end(2)
})

t.test('who has waited for as long as anyone was told to wait goes first, the longest first', async t => {
  const clock = { ms: 0 }
  const queue = createFairQueue<string>(1000, () => clock.ms)
  queue.start('slow')(5)
  queue.add('slow', 'slow')
  clock.ms = 100
  for (const name of ['fast 1', 'fast 2', 'fast 3']) queue.add('fast', name)
  clock.ms = 500
  queue.add('other', 'other')
  clock.ms = 900
  t.equal(queue.next(), 'fast 1', 'the slow lane has had more')
  clock.ms = 1200
  t.same([queue.next(), queue.next(), queue.next(), queue.next()], ['slow', 'fast 2', 'fast 3', 'other'])
  t.equal(queue.next(), undefined)
})
