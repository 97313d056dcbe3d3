// How threads come, go and are replaced, with a worker that runs no nets and is plain JavaScript: it starts without the
// test runner's loaders, which take seconds in each thread.
import t, { type Test } from 'tap'
import { type InferencePool, type InferencePoolOptions, createInferencePool } from '../../src/runtime/inference-pool.js'

const WORKER = new URL('workers/obedient.mjs', import.meta.url)

function makePool (t: Test, overrides: Partial<InferencePoolOptions> = {}): InferencePool {
  const pool = createInferencePool({ threads: 2, idleTimeoutMs: 60_000, runTimeoutMs: 60_000, worker: WORKER, ...overrides })
  t.teardown(() => pool.close())
  return pool
}

const run = async (pool: InferencePool, id: string): Promise<unknown> => await pool.run({ id, path: `/${id}` }, {}, [])

async function until (holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < 20_000; waited += 20) await new Promise(resolve => setTimeout(resolve, 20))
}

t.test('after an idle time all threads and their models are freed; the next run brings one up again', async t => {
  const pool = makePool(t, { idleTimeoutMs: 200 })
  await Promise.all([run(pool, 'a'), run(pool, 'b')])
  t.ok(pool.threads() > 0)
  t.ok(pool.loaded.has('/a'))
  await until(() => pool.threads() === 0)
  t.equal(pool.threads(), 0)
  t.same([...pool.loaded], [])
  await run(pool, 'a')
  t.equal(pool.threads(), 1)
  t.same([...pool.loaded], ['/a'])
})

t.test('work that lasts longer than the idle time is not cut off', async t => {
  const pool = makePool(t, { idleTimeoutMs: 50 })
  await Promise.all([run(pool, 'a'), run(pool, 'is slow')])
  t.ok(pool.loaded.has('/is slow'))
})

t.test('nets are loaded into every thread ahead of the first request', async t => {
  const pool = makePool(t, { threads: 3 })
  await pool.warm([])
  t.equal(pool.threads(), 0)
  await pool.warm([{ id: 'a', path: '/a' }, { id: 'b', path: '/b' }])
  t.equal(pool.threads(), 3)
  t.same([...pool.loaded].sort(), ['/a', '/b'])
})

t.test('a thread that crashes or throws is replaced; its run fails and the others go on', async t => {
  const pool = makePool(t)
  for (const id of ['crashes', 'throws']) {
    const [broken, other] = await Promise.allSettled([run(pool, id), run(pool, 'is slow')])
    t.equal(broken.status, 'rejected', id)
    t.equal(other.status, 'fulfilled', `beside one that ${id}`)
    t.ok(await run(pool, 'a'), `after one that ${id}`)
  }
})

t.test('where no thread can start the run fails at once, and so does the next', async t => {
  const pool = makePool(t, { worker: new URL('workers/broken.mjs', import.meta.url) })
  for (let i = 0; i < 2; i++) await t.rejects(run(pool, 'a'), /no worker thread can start|it cannot be loaded/)
})

t.test('a run past the deadline kills its thread; the others go on and a new thread takes its place', async t => {
  const pool = makePool(t, { runTimeoutMs: 8_000 })
  await run(pool, 'a')
  const [late, other] = await Promise.allSettled([run(pool, 'hangs'), run(pool, 'is slow')])
  t.match(late, { status: 'rejected', reason: { kind: 'deadline_passed', message: 'a model ran for longer than 8 s, which is the limit' } })
  t.equal(other.status, 'fulfilled')
  t.ok(await run(pool, 'a'))
  t.ok(pool.threads() <= 2)
})

t.test('a pool that is closed takes no more work, and what was under way is told so', async t => {
  const pool = makePool(t)
  const underWay = t.rejects(run(pool, 'is slow'), { kind: 'busy', message: 'the server is stopping' })
  await until(() => pool.threads() > 0)
  await pool.close()
  await underWay
  await t.rejects(run(pool, 'a'), { kind: 'busy', message: 'the server is stopping' })
})
