import t from 'tap'
import { parseExpiry } from '../../src/accounts/expiry.js'

t.test('an expiry is a span, a day or a moment to come', async t => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  t.same(parseExpiry('90d', now), new Date('2026-04-01T00:00:00Z'))
  t.same(parseExpiry('12h', now), new Date('2026-01-01T12:00:00Z'))
  t.same(parseExpiry('30m', now), new Date('2026-01-01T00:30:00Z'))
  t.same(parseExpiry('2028-02-29', now), new Date('2028-02-29T00:00:00Z'))
  t.same(parseExpiry('2026-12-31T08:00+02:00', now), new Date('2026-12-31T06:00:00Z'))
  for (const text of ['', '0d', '90', '-1d', '90days', '2026-01-01', '2027-02-29', '2026-13-01', '2026-12-31T08:00', 'tomorrow']) {
    t.throws(() => parseExpiry(text, now), { kind: 'invalid_request', message: /such as 90d/ }, text)
  }
})
