import t from 'tap'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseFormBody } from '../../src/http/form-body.js'

async function entriesOf (text: string): Promise<unknown> {
  return (await parseFormBody(Buffer.from(text), 10)).entries
}

t.test('fields are split and decoded as the URL standard says', async t => {
  t.same(await entriesOf('a=1&b=2'), [['a', '1'], ['b', '2']])
  t.same(await entriesOf('&a=1&&b&=x&c=&d=1=2&'), [['a', '1'], ['b', ''], ['', 'x'], ['c', ''], ['d', '1=2']])
  t.same(await entriesOf('na%6De=%C3%A9+%2b%2B&%=100%&x=%4&y=%zz'), [['name', 'é ++'], ['%', '100%'], ['x', '%4'], ['y', '%zz']])
  t.same(await entriesOf('a=1&a=2&__proto__=3'), [['a', '1'], ['a', '2'], ['__proto__', '3']])
  t.same(await entriesOf('a=é%FF'), [['a', 'é\ufffd']])
  t.same(await entriesOf(''), [])
})

t.test('it says the same as URLSearchParams', async t => {
  for (const text of ['a=1&b=%20+', 'x=%E2%82%AC%f0%9f%98%80', '?a=b', 'a;b=c', '%3D=%26&+=+', 'a=%%41', 'a=%4%41']) {
    t.same(await entriesOf(text), [...new URLSearchParams(text.replace(/^\?/, '%3F'))], text)
  }
})

t.test('too many fields are refused', async t => {
  await t.rejects(entriesOf('a&'.repeat(11)), { kind: 'invalid_request', message: 'the request has more than 10 parameters, which is the limit' })
})

t.test('so are very many empty ones, while a few do not count', async t => {
  t.same(await entriesOf('&'.repeat(900) + 'a=1'), [['a', '1']])
  await t.rejects(entriesOf('&'.repeat(30_000_000)), { kind: 'invalid_request', message: /more than 10 parameters/ })
})

t.test('a picture in base64 leaves others their turn', async t => {
  const text = `image=${'AAAA+/%2B%0A'.repeat(2_000_000)}`
  const body = Buffer.from(text)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  await sleep(20)
  delay.reset()
  const { entries } = await parseFormBody(body, 10)
  delay.disable()
  t.equal(entries[0]?.[1].length, 8 * 2_000_000)
  // Some 400 ms in one go otherwise; the last step, bytes to text, is native and takes tens of milliseconds.
  t.ok(delay.percentile(90) / 1e6 < 60, `${Math.round(delay.percentile(90) / 1e6)} ms`)
})
