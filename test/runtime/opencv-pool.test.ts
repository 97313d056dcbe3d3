import t from 'tap'
import { useOpencv } from '../../src/runtime/opencv.js'
import { type OpencvPool, createOpencvPool, opencvJob } from '../../src/runtime/opencv-pool.js'
import type { TestResult, TestTask } from './opencv-test-job.js'

const JOB = opencvJob<TestTask, TestResult>('opencv-test-job', import.meta.url)

function makePool (t: { teardown: (end: () => Promise<void>) => void }, overrides = {}): OpencvPool {
  const pool = createOpencvPool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 60_000, ...overrides })
  t.teardown(() => pool.close())
  return pool
}

t.test('OpenCV is not for the main thread', async t => {
  t.throws(() => useOpencv(() => 0), { message: /worker threads/ })
})

t.test('a job runs in a thread, and OpenCV leaves no listener there', async t => {
  const pool = makePool(t)
  t.equal(pool.threads(), 0, 'no thread before the first task')
  const { points = 0, listeners } = await pool.run(JOB, { what: 'answer' })
  t.ok(points > 50)
  t.equal(listeners, 0)

  await t.test('what OpenCV throws is told in its words, and many throws change no answer', async t => {
    const { message, instances } = await pool.run(JOB, { what: 'throw', times: 45 })
    t.match(message, /resize/)
    t.equal(instances, 3, 'an instance is replaced after twenty')
    t.equal((await pool.run(JOB, { what: 'answer' })).points, points)
  })

  await t.test('after a trap the instance is replaced', async t => {
    const { instances } = await pool.run(JOB, { what: 'answer' })
    await t.rejects(pool.run(JOB, { what: 'trap' }), { message: 'as a trap would' })
    const after = await pool.run(JOB, { what: 'answer' })
    t.match(after, { points, instances: instances + 1 })
  })

  await t.test('out of memory is an error, and the next job has an instance that works', async t => {
    const { instances } = await pool.run(JOB, { what: 'answer' })
    await t.rejects(pool.run(JOB, { what: 'exhaust' }), { message: /memory|bad_alloc|alloc/i })
    t.match(await pool.run(JOB, { what: 'answer' }), { points, instances: instances + 1 })
  })

  await t.test('a thread that dies fails its own task only', async t => {
    await t.rejects(pool.run(JOB, { what: 'exit' }))
    t.equal((await pool.run(JOB, { what: 'answer' })).points, points)
  })
})

t.test('a thread that hangs is killed at the limit', async t => {
  const pool = makePool(t, { runTimeoutMs: 3_000 })
  await t.rejects(pool.run(JOB, { what: 'hang' }), { kind: 'deadline_passed', message: /3 s, which is the limit/ })
})

t.test('while closing, what is under way is refused politely', async t => {
  const pool = makePool(t)
  const refused = t.rejects(pool.run(JOB, { what: 'hang' }), { kind: 'busy', message: /stopping/ })
  await new Promise(resolve => setTimeout(resolve, 200))
  await pool.close()
  await refused
})
