// What all pools have in common, with workers that are plain JavaScript; more of it is tested through the inference pool.
import { getPriority } from 'node:os'
import { markAsUntransferable } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { type ThreadPool, type ThreadPoolOptions, createDeadline, createThreadPool } from '../../src/runtime/thread-pool.js'

const WORKER = new URL('workers/echo.mjs', import.meta.url)

function makePool (t: Test, overrides: Partial<ThreadPoolOptions> = {}): ThreadPool<unknown, unknown> {
  const pool = createThreadPool<unknown, unknown>({ worker: WORKER, threads: 1, idleTimeoutMs: 60_000, ...overrides })
  t.teardown(() => pool.close())
  return pool
}

const patient = (): AbortSignal => new AbortController().signal

t.test('a task may name another module than the pool\'s', async t => {
  const pool = makePool(t)
  t.equal(await pool.run('a', { signal: patient() }), 'a')
  t.match(await pool.run({ nets: [{ id: 'a', path: '/a' }], outputs: [] }, { signal: patient(), worker: new URL('workers/obedient.mjs', import.meta.url) }), { kind: 'done' })
  t.equal(pool.threadIds().length, 1)
})

t.test('on Linux the event loop goes before the threads', { skip: process.platform !== 'linux' }, async t => {
  const before = getPriority()
  t.ok(await makePool(t).run('priority', { signal: patient() }) as number > before)
  t.equal(getPriority(), before)
})

t.test('buffers are handed over', async t => {
  const bytes = Uint8Array.of(1, 2, 3)
  t.same(await makePool(t).run(bytes, { signal: patient(), transferList: [bytes.buffer] }), Uint8Array.of(1, 2, 3))
  t.equal(bytes.length, 0)
})

t.test('a buffer that cannot be handed over is copied', async t => {
  const bytes = Uint8Array.of(1, 2, 3)
  // As Node marks the buffers of native modules, sharp's among them, from version 21 on.
  markAsUntransferable(bytes.buffer)
  t.same(await makePool(t).run(bytes, { signal: patient(), transferList: [bytes.buffer] }), Uint8Array.of(1, 2, 3))
  t.equal(bytes.length, 3)
})

t.test('an aborted task ends with the reason of its signal, before it began and while it runs', async t => {
  const pool = makePool(t)
  await t.rejects(pool.run('a', { signal: AbortSignal.abort(new Error('no one waits')) }), { message: 'no one waits' })
  t.equal(pool.threadIds().length, 0)
  const deadline = createDeadline(500, 'too slow')
  await t.rejects(pool.run('for ever', { signal: deadline.signal }), { kind: 'deadline_passed', message: 'too slow' })
  deadline.clear()
  t.equal(await pool.run('b', { signal: patient() }), 'b')
})

t.test('threads end after the idle time, and not at all where they are to stay', async t => {
  const brief = makePool(t, { idleTimeoutMs: 50 })
  const lasting = makePool(t, { idleTimeoutMs: Infinity })
  await Promise.all([brief.run('a', { signal: patient() }), lasting.run('a', { signal: patient() })])
  for (let waited = 0; brief.threadIds().length > 0 && waited < 10_000; waited += 20) await new Promise(resolve => setTimeout(resolve, 20))
  t.equal(brief.threadIds().length, 0)
  t.equal(lasting.threadIds().length, 1)
})
