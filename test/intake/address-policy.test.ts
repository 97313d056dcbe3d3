import t from 'tap'
import { Failure } from '../../src/errors.js'
import { assertFetchable, createAddressPolicy, parseAllowList } from '../../src/intake/address-policy.js'
import { INTERNAL_ADDRESSES } from './addresses.js'

const none = { ownAddresses: () => [] }

t.test('public addresses are allowed', async t => {
  const policy = createAddressPolicy({ allow: [], ...none })
  for (const address of ['8.8.8.8', '93.184.215.14', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::5e', '::ffff:8.8.8.8']) {
    t.ok(policy.isAllowed(address), address)
  }
})

t.test('every special range is refused', async t => {
  const policy = createAddressPolicy({ allow: [], ...none })
  for (const { what, address } of INTERNAL_ADDRESSES) {
    if (address !== undefined) t.notOk(policy.isAllowed(address), `${what}: ${address}`)
  }
  for (const text of ['', 'localhost', '127.1', '0x7f.0.0.1', '8.8.8.8.8', 'fe80::1%eth0']) t.notOk(policy.isAllowed(text), `"${text}" is no plain public address`)
})

t.test('the addresses of this machine are refused even where they are public', async t => {
  const policy = createAddressPolicy({ allow: [], ownAddresses: () => ['8.8.4.4', '2606:4700:0:0::2', 'fe80::1%eth0'] })
  t.notOk(policy.isAllowed('8.8.4.4'))
  t.notOk(policy.isAllowed('::ffff:8.8.4.4'))
  t.notOk(policy.isAllowed('2606:4700::2'))
  t.ok(policy.isAllowed('8.8.8.8'))
  t.ok(createAddressPolicy({ allow: ['8.8.4.4'], ownAddresses: () => ['8.8.4.4'] }).isAllowed('8.8.4.4'), 'unless they are allowed by name')
  t.ok(createAddressPolicy({ allow: [] }).isAllowed('8.8.8.8'), 'the system is asked by default')
})

t.test('the operator allows CIDRs, addresses and hosts', async t => {
  const policy = createAddressPolicy({ allow: [' 10.1.0.0/16', '192.168.7.9', '[fd00::5]', 'fd00:1::/32', '::ffff:172.16.0.0/108', 'Images.Corp', 'bücher.example', ''], ...none })
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.168.7.9', 'fd00::5', 'fd00:1::77', '172.16.9.9']) t.ok(policy.isAllowed(address), address)
  for (const address of ['10.2.0.1', '192.168.7.10', 'fd00::6', '172.32.0.1', '127.0.0.1', '64:ff9b::10.1.2.3']) t.equal(policy.isAllowed(address), address === '172.32.0.1', address)
  for (const host of ['images.corp', 'IMAGES.CORP.', 'xn--bcher-kva.example']) t.ok(policy.isAllowedHost(host), host)
  for (const host of ['x.images.corp', 'corp', 'images.corp.example', '']) t.notOk(policy.isAllowedHost(host), `"${host}"`)
})

t.test('a bad entry is named', async t => {
  for (const entry of ['10.0.0.0/33', '10.0.0/8', '300.1.1.1', '127.1', '0x7f000001', '2130706433', 'http://images.corp', 'images.corp:8080', '*.corp', 'a b', 'fd00::/129', '::ffff:1.2.3.4/x', '①②⑦.0.0.1', 'a..b']) {
    t.throws(() => parseAllowList(['10.0.0.0/8', entry]), { message: `holds ${JSON.stringify(entry)}, which is neither an IP address, a CIDR nor a host name` })
  }
})

t.test('schemes and credentials are refused with the one message', async t => {
  const messages = new Set<string>()
  for (const url of ['ftp://example.com/a.png', 'file:///etc/passwd', 'gopher://example.com/', 'https://user@example.com/', 'http://:secret@example.com/']) {
    try {
      assertFetchable(new URL(url))
      t.fail(`${url} is let through`)
    } catch (error) {
      t.ok(error instanceof Failure && error.kind === 'url_refused', url)
      messages.add(String(error))
    }
  }
  t.equal(messages.size, 1)
  t.doesNotThrow(() => assertFetchable(new URL('https://example.com/a.png')))
})
