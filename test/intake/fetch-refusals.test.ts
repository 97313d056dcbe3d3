// Addresses that no image URL may reach, in all spellings and on all three ways: directly, by a redirect, and through a
// resolver. Listeners on loopback prove that no connection is made.
import t, { type Test } from 'tap'
import type { Failure } from '../../src/errors.js'
import { urlRefused } from '../../src/intake/address-policy.js'
import { parseImageText } from '../../src/intake/image-source.js'
import { readFixture } from '../fixtures/index.js'
import { INTERNAL_ADDRESSES } from './addresses.js'
import { type Listener, failureOf, listenHttp, listenTcp, makeFetcher, namesOf, never } from './listeners.js'

const png = readFixture('quarters.png')

/** Listeners on the loopback of both families at one port. */
async function listenInside (t: Test): Promise<{ port: number, touched: () => number }> {
  const four = await listenTcp(t, socket => { socket.destroy() })
  const listeners: Listener[] = [four]
  try {
    listeners.push(await listenTcp(t, socket => { socket.destroy() }, { host: '::1', port: four.port }))
  } catch {
    t.comment('no IPv6 loopback here')
  }
  return { port: four.port, touched: () => listeners.reduce((sum, listener) => sum + listener.sockets.length, 0) }
}

/** An image, a redirect by name and a redirect by path, at an address that can be allowed apart from 127.0.0.1. */
async function listenOutside (t: Test): Promise<Listener | undefined> {
  try {
    return await listenHttp(t, (request, response) => {
      if (request.url === '/image') response.end(png)
      else response.writeHead(307, { location: request.url === '/far' ? '/image' : `http://${request.headers.host ?? ''}/image` }).end()
    }, { host: '127.0.0.2' })
  } catch {
    return undefined
  }
}

function assertRefused (t: Test, failure: Failure, what: string): void {
  t.equal(`${failure.kind}: ${failure.message}`, `url_refused: ${urlRefused().message}`, what)
}

t.test('the table holds at least 60 spellings', async t => {
  t.ok(new Set(INTERNAL_ADDRESSES.map(({ host }) => host)).size >= 60)
})

t.test('no internal address is reached directly', async t => {
  const inside = await listenInside(t)
  const fetcher = makeFetcher(t, { allow: [] })
  for (const { what, host } of INTERNAL_ADDRESSES) {
    for (const text of [`http://${host}:${inside.port}/a.png`, `https://${host}/a.png`]) {
      const failure = await failureOf((async () => {
        const source = await parseImageText('image', text, { spaceIsPlus: false })
        return source.kind === 'url' ? await fetcher.fetch(source.url, never()) : undefined
      })())
      assertRefused(t, failure, `${what}: ${text}`)
    }
  }
  t.equal(inside.touched(), 0, 'no connection was made')
})

t.test('no internal address is reached by a redirect', async t => {
  const inside = await listenInside(t)
  let target = ''
  const outside = await listenHttp(t, (_request, response) => { response.writeHead(302, { location: target }).end() })
  const fetcher = makeFetcher(t, { allow: ['outside.test'], lookup: namesOf({ 'outside.test': ['127.0.0.1'], localhost: ['127.0.0.1'], 'localhost.': ['127.0.0.1'] }) })
  for (const { what, host } of INTERNAL_ADDRESSES) {
    // A header takes no characters beyond Latin-1; a server would send the bytes of UTF-8.
    target = Buffer.from(`http://${host}:${inside.port}/a.png`).toString('latin1')
    const failure = await failureOf(fetcher.fetch(new URL(`http://outside.test:${outside.port}/`), never()))
    if (target.startsWith('http://[') || /^[\x20-\x7e]+$/.test(target)) assertRefused(t, failure, `${what}: ${target}`)
    else t.ok(['url_refused', 'image_unreachable'].includes(failure.kind), `${what}, garbled`)
  }
  for (const scheme of ['ftp://outside.test/a.png', 'file:///etc/passwd', 'data:image/png;base64,AAAA', 'gopher://127.0.0.1/']) {
    target = scheme
    assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://outside.test:${outside.port}/`), never())), scheme)
  }
  target = `//user:secret@outside.test:${outside.port}/`
  assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://outside.test:${outside.port}/`), never())), 'credentials in a redirect')
  t.equal(inside.touched(), 0, 'no connection was made')
})

t.test('no internal address is reached through a name', async t => {
  const inside = await listenInside(t)
  let answer: readonly string[] = []
  const fetcher = makeFetcher(t, { allow: [], lookup: async () => answer.map(address => ({ address, family: address.includes(':') ? 6 : 4 })) })
  for (const { what, address } of INTERNAL_ADDRESSES) {
    if (address === undefined) continue
    answer = [address]
    for (const name of ['public.test', 'public.test.', 'xn--bcher-kva.test']) {
      assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://${name}:${inside.port}/`), never())), `${what}: ${name} at ${address}`)
    }
    assertRefused(t, await failureOf(fetcher.fetch(new URL('https://public.test/'), never())), `${what}: https`)
  }
  answer = ['127.0.0.1', '::1', '10.0.0.1', 'not an address']
  assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://public.test:${inside.port}/`), never())), 'several at once')
  answer = []
  assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://public.test:${inside.port}/`), never())), 'none at all')
  t.equal(inside.touched(), 0, 'no connection was made')
})

t.test('a resolver that changes its mind gains nothing', async t => {
  const outside = await listenOutside(t)
  if (outside === undefined) {
    t.comment('skipped: 127.0.0.2 is not an address of this system')
    return
  }
  const inside = await listenTcp(t, socket => { socket.destroy() }, { host: '127.0.0.1', port: outside.port })
  const flipping = (): { asked: () => number, lookup: () => Promise<[{ address: string, family: number }]> } => {
    let asked = 0
    return { asked: () => asked, lookup: async () => [{ address: asked++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }] }
  }
  for (const path of ['/near', '/far']) {
    const { lookup, asked } = flipping()
    const fetcher = makeFetcher(t, { allow: ['127.0.0.2'], lookup })
    assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://flip.test:${outside.port}${path}`), never())), path)
    t.equal(asked(), 2, 'each hop asks anew')
  }
  const { lookup } = flipping()
  const fetcher = makeFetcher(t, { allow: ['127.0.0.2'], lookup })
  t.same(await fetcher.fetch(new URL(`http://flip.test:${outside.port}/image`), never()), png, 'one hop: the address that was checked is the one that is used')
  assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://flip.test:${outside.port}/image`), never())), 'the next fetch does not reuse the connection')

  const mixed = makeFetcher(t, { allow: ['127.0.0.2'], lookup: namesOf({ 'mixed.test': ['127.0.0.1', '::1', '127.0.0.2', '10.0.0.1'] }) })
  t.same(await mixed.fetch(new URL(`http://mixed.test:${outside.port}/image`), never()), png, 'of several addresses only the allowed ones are used')
  t.equal(inside.sockets.length, 0, 'no connection was made')
})

t.test('an allowed host may be internal, but only by its own name', async t => {
  const server = await listenHttp(t, (_request, response) => { response.end(png) })
  const fetcher = makeFetcher(t, { allow: ['Images.Corp'], lookup: namesOf({ 'images.corp': ['127.0.0.1'], 'images.corp.': ['127.0.0.1'], 'other.corp': ['127.0.0.1'] }) })
  t.same(await fetcher.fetch(new URL(`http://IMAGES.corp:${server.port}/`), never()), png)
  t.same(await fetcher.fetch(new URL(`http://images.corp.:${server.port}/`), never()), png)
  assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://other.corp:${server.port}/`), never())), 'another name for the same address')
  assertRefused(t, await failureOf(fetcher.fetch(new URL(`http://127.0.0.1:${server.port}/`), never())), 'the bare address')
  t.equal(server.sockets.length, 2)
})

t.test('switched off, it says so and does nothing', async t => {
  const server = await listenHttp(t, (_request, response) => { response.end(png) })
  const fetcher = makeFetcher(t, { enabled: false })
  t.match(await failureOf(fetcher.fetch(new URL(`http://127.0.0.1:${server.port}/`), never())), { kind: 'url_refused', message: /switched off/ })
  t.equal(server.sockets.length, 0)
})
