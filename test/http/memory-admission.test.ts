import t from 'tap'
import sharp from 'sharp'
import { admitPictures } from '../../src/http/memory-admission.js'
import { createMemoryBudget } from '../../src/runtime/memory-budget.js'

const never = new AbortController().signal
const large = sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#246' } }).png({ progressive: true, compressionLevel: 1 }).toBuffer()

t.test('a picture that would never fit is refused with what it takes and what there is', async t => {
  await t.rejects(admitPictures(createMemoryBudget(35e6), [await large], 0, never), {
    kind: 'too_large', message: '12.0 megapixels in this form take about 36 MB of memory; the limit of this server is 35 MB'
  })
})

t.test('large pictures wait for each other, small ones for nothing', async t => {
  const budget = createMemoryBudget(50e6)
  const first = await admitPictures(budget, [await large], 0, never)
  t.equal(budget.reservedBytes, 36e6)
  const small = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#246' } }).png().toBuffer()
  ;(await admitPictures(budget, [small, small], 10, never))()
  let admitted = false
  const second = admitPictures(budget, [await large], 0, never).then(giveBack => { admitted = true; return giveBack })
  await admitPictures(budget, [small], 0, never)
  t.notOk(admitted)
  first()
  ;(await second)()
  t.equal(budget.reservedBytes, 0)
})

t.test('what the work holds of both pictures is counted, and of decoding the larger one', async t => {
  const budget = createMemoryBudget(1e9)
  const giveBack = await admitPictures(budget, [await large, await large], 10, never)
  t.equal(budget.reservedBytes, 36e6 + 2 * 120e6)
  giveBack()
})
