import t from 'tap'
import { runWatched } from '../../src/intake/watch.js'

const never = new AbortController().signal
const hang = (): Promise<never> => new Promise(() => {})

t.test('the result and the error of the work pass through', async t => {
  t.equal(await runWatched(never, 1000, () => new Error('late'), async () => 7), 7)
  await t.rejects(runWatched(never, 1000, () => new Error('late'), async () => { throw new Error('work') }), { message: 'work' })
})

t.test('work that takes too long is rejected and told so', async t => {
  let inner: AbortSignal | undefined
  await t.rejects(runWatched(never, 20, () => new Error('late'), watch => { inner = watch.signal; return hang() }), { message: 'late' })
  t.match(inner?.reason, { message: 'late' })
})

t.test('a phase replaces the one before', async t => {
  const work = runWatched(never, 5000, () => new Error('late'), watch => {
    watch.limit(20, () => new Error('first'))
    watch.limit(60, () => new Error('second'))
    return hang()
  })
  await t.rejects(work, { message: 'second' })
})

t.test('the outer signal ends it with its own reason', async t => {
  const reason = new Error('gone')
  const controller = new AbortController()
  const work = runWatched(controller.signal, 5000, () => new Error('late'), hang)
  controller.abort(reason)
  await t.rejects(work, reason)
  await t.rejects(runWatched(AbortSignal.abort(reason), 5000, () => new Error('late'), async () => t.fail('it started')), reason)
})
