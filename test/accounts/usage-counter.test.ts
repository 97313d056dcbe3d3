import t, { type Test } from 'tap'
import { type Usage } from '../../src/accounts/account-store.js'
import { StoreError } from '../../src/accounts/store-error.js'
import { createUsageCounter, dayOf, USAGE_DAYS_KEPT, type UsageCounter } from '../../src/accounts/usage-counter.js'
import { createFixture } from './store-fixture.js'

const DAY_MS = 86_400_000
const NOON = Date.parse('2026-03-10T12:00:00Z')
const CALL = { organizationId: 'o', keyId: 'k', function: 'heatMap', failed: false, durationMs: 10 } as const

async function createCounter (t: Test): Promise<{ counter: UsageCounter, clock: { ms: number }, writes: Usage[][], faults: StoreError[], store: { broken: boolean } }> {
  const { store } = await createFixture(t)
  const clock = { ms: NOON }
  const writes: Usage[][] = []
  const faults: StoreError[] = []
  const state = { broken: false }
  const counter = createUsageCounter({
    now: () => clock.ms,
    reportFault: fault => faults.push(fault),
    store: {
      addUsage: async usage => {
        if (state.broken) throw new StoreError('full', 'the disk is full')
        writes.push([...usage])
        await store.addUsage(usage)
      },
      listUsage: async range => await store.listUsage(range),
      purgeUsage: async day => await store.purgeUsage(day)
    }
  })
  return { counter, clock, writes, faults, store: state }
}

t.test('calls become one sum for each day, organisation, key and function, written together', async t => {
  const { counter, writes } = await createCounter(t)
  for (let i = 0; i < 1000; i++) counter.note(CALL)
  counter.note({ ...CALL, failed: true, durationMs: 20.5 })
  counter.note({ ...CALL, keyId: undefined })
  counter.note({ ...CALL, function: 'colorPalette' })
  counter.note({ ...CALL, organizationId: 'other' })
  t.equal(writes.length, 0, 'nothing is written while calls come in')
  await counter.flush()
  await counter.flush()
  t.same(writes.map(rows => rows.length), [4], 'and once where nothing new has come')
  t.same(await counter.list('o', 1), [
    { day: '2026-03-10', organizationId: 'o', keyId: undefined, function: 'heatMap', calls: 1, errors: 0, totalMs: 10 },
    { day: '2026-03-10', organizationId: 'o', keyId: 'k', function: 'colorPalette', calls: 1, errors: 0, totalMs: 10 },
    { day: '2026-03-10', organizationId: 'o', keyId: 'k', function: 'heatMap', calls: 1001, errors: 1, totalMs: 10_020.5 }
  ])
})

t.test('later sums are added to what is stored, and what is not written yet is listed too', async t => {
  const { counter } = await createCounter(t)
  counter.note(CALL)
  await counter.flush()
  counter.note({ ...CALL, failed: true })
  t.match(await counter.list('o', 30), [{ calls: 2, errors: 1, totalMs: 20 }])
})

t.test('days are those of UTC; a period ends today', async t => {
  const { counter, clock } = await createCounter(t)
  t.equal(dayOf(Date.parse('2026-03-10T23:30:00-02:00')), '2026-03-11')
  for (const ms of [NOON - 2 * DAY_MS, NOON - DAY_MS, NOON]) {
    clock.ms = ms
    counter.note(CALL)
  }
  t.same((await counter.list('o', 2)).map(({ day }) => day), ['2026-03-09', '2026-03-10'])
  t.same((await counter.list('o', 1)).map(({ day }) => day), ['2026-03-10'])
})

t.test('a store that cannot be written loses nothing and fails nobody', async t => {
  const { counter, faults, store } = await createCounter(t)
  counter.note(CALL)
  store.broken = true
  await counter.flush()
  counter.note(CALL)
  await counter.flush()
  t.same(faults.map(({ fault }) => fault), ['full', 'full'])
  store.broken = false
  t.match(await counter.list('o', 1), [{ calls: 2 }])
})

t.test('sums that cannot be written have a bound', async t => {
  const { counter, store } = await createCounter(t)
  store.broken = true
  for (let i = 0; i < 6000; i++) counter.note({ ...CALL, keyId: `k${i}` })
  await counter.flush()
  counter.note({ ...CALL, keyId: 'k0' })
  store.broken = false
  const listed = await counter.list('o', 1)
  t.equal(listed.length, 5000)
  t.equal(listed.find(({ keyId }) => keyId === 'k0')?.calls, 2, 'what is counted goes on being counted')
})

t.test('usage is forgotten after its time', async t => {
  const { counter, clock } = await createCounter(t)
  counter.note(CALL)
  await counter.flush()
  clock.ms = NOON + (USAGE_DAYS_KEPT - 1) * DAY_MS
  await counter.purge()
  t.equal((await counter.list('o', USAGE_DAYS_KEPT)).length, 1)
  clock.ms += DAY_MS
  await counter.purge()
  t.equal((await counter.list('o', 1000)).length, 0)
})
