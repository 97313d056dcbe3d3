import t from 'tap'
import type { ServerResponse } from 'node:http'
import { type Socket, createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { readFixture } from '../fixtures/index.js'
import { failureOf, listenHttp, listenTcp, makeFetcher, namesOf, never } from './listeners.js'

const png = readFixture('quarters.png')
const url = (port: number, path = '/'): URL => new URL(`http://127.0.0.1:${port}${path}`)
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Milliseconds until a promise settles, and how. */
async function timed<T> (work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now()
  return [await work(), performance.now() - start]
}

t.test('an image is fetched with a plain request', async t => {
  const server = await listenHttp(t, (_request, response) => { response.writeHead(200, { 'content-type': 'text/plain' }).end(png) })
  const bytes = await makeFetcher(t).fetch(url(server.port, '/a%20b.png?x=1#y'), never())
  t.same(bytes, png, 'the content type does not matter')
  t.match(server.requests[0], {
    method: 'GET',
    url: '/a%20b.png?x=1',
    headers: { host: `127.0.0.1:${server.port}`, 'user-agent': 'compute-api/1.2.3', accept: 'image/*', 'accept-encoding': 'identity', connection: 'close' }
  })
})

t.test('images of every size up to the limit arrive whole', async t => {
  const large = Buffer.concat([png, Buffer.alloc(1_000_000 - png.length, 7)])
  const server = await listenHttp(t, (request, response) => {
    if (request.url === '/declared') response.setHeader('content-length', large.length)
    response.write(large.subarray(0, 100_001))
    response.end(large.subarray(100_001))
  })
  for (const path of ['/declared', '/chunked']) t.ok((await makeFetcher(t).fetch(url(server.port, path), never())).equals(large), path)
})

t.test('redirects are followed up to the limit', async t => {
  const server = await listenHttp(t, (request, response) => {
    const [, status = '', left = ''] = request.url?.split('/') ?? []
    if (left === '0') response.end(png)
    else response.writeHead(Number(status), { location: Number(left) % 2 === 0 ? `/${status}/${Number(left) - 1}` : `http://127.0.0.1:${server.port}/${status}/${Number(left) - 1}` }).end('moved')
  })
  const fetcher = makeFetcher(t)
  for (const status of [301, 302, 303, 307, 308]) t.same(await fetcher.fetch(url(server.port, `/${status}/3`), never()), png, String(status))
  t.match(await failureOf(fetcher.fetch(url(server.port, '/302/4'), never())), { kind: 'image_unreachable', message: 'the URL redirects more often than the limit of 3 times' })
})

t.test('redirect loops and targets that cannot be read end', async t => {
  let location: string | undefined
  const server = await listenHttp(t, (_request, response) => { response.writeHead(302, location === undefined ? {} : { location }).end() })
  const fetcher = makeFetcher(t)
  location = '/'
  t.match(await failureOf(fetcher.fetch(url(server.port), never())), { kind: 'image_unreachable', message: /more often than the limit of 3/ })
  t.equal(server.requests.length, 4)
  for (location of [undefined, 'http://', 'http://[::1', 'http://1.2.3.4.5.6.7.8:99999/']) {
    t.match(await failureOf(fetcher.fetch(url(server.port), never())), { kind: 'image_unreachable', message: 'the URL answered with HTTP status 302 but no usable target to redirect to' }, String(location))
  }
})

t.test('an answer that is no success is told by its status', async t => {
  const server = await listenHttp(t, (request, response) => { response.writeHead(Number(request.url?.slice(1)), { 'content-type': 'image/png' }).end(png) })
  const fetcher = makeFetcher(t)
  for (const status of [400, 401, 404, 410, 500, 503, 300, 304]) {
    t.match(await failureOf(fetcher.fetch(url(server.port, `/${status}`), never())), { kind: 'image_unreachable', message: `the URL answered with HTTP status ${status}` })
  }
})

t.test('a body that is no image is refused with its declared type', async t => {
  const server = await listenHttp(t, (request, response) => {
    if (request.url === '/html') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><p>sign in</p>')
    else if (request.url === '/lie') response.writeHead(200, { 'content-type': 'image/png' }).end('PNG it is not')
    else if (request.url === '/odd') response.writeHead(200, { 'content-type': `x"\u00e9<b>/${'y'.repeat(500)}` }).end('?')
    else if (request.url === '/json') response.end('{"error": "no"}')
    else if (request.url === '/svg') response.end('<svg xmlns="http://www.w3.org/2000/svg"/>')
    else response.end()
  })
  const fetcher = makeFetcher(t)
  const message = async (path: string): Promise<string> => {
    const failure = await failureOf(fetcher.fetch(url(server.port, path), never()))
    t.equal(failure.kind, 'image_unreachable')
    return failure.message
  }
  t.equal(await message('/html'), 'the URL answered with something that is not an image (text/html)')
  t.equal(await message('/lie'), 'the URL answered with something that is not an image (image/png)')
  t.match(await message('/odd'), /^[\x20-\x7e]{1,130}$/, 'a hostile type is cut down')
  t.equal(await message('/json'), 'the URL answered with something that is not an image (no content type)')
  t.equal(await message('/empty'), 'the URL answered with an empty body')
  t.match((await fetcher.fetch(url(server.port, '/svg'), never())).toString(), /<svg/, 'decoding names the formats that it refuses')
})

t.test('more bytes than the limit are refused, declared or not', async t => {
  const server = await listenHttp(t, (request, response) => {
    if (request.url === '/terabyte') response.writeHead(200, { 'content-length': '1000000000000' }).write(png)
    else if (request.url === '/absurd') response.writeHead(200, { 'content-length': '1'.repeat(30) }).write(png)
    else endless(response)
  })
  const fetcher = makeFetcher(t)
  t.match(await failureOf(fetcher.fetch(url(server.port, '/terabyte'), never())), { kind: 'too_large', message: 'the image behind the URL is declared as 1000000000000 bytes; the limit is 1000000 bytes' })
  t.ok(['too_large', 'image_unreachable'].includes((await failureOf(fetcher.fetch(url(server.port, '/absurd'), never()))).kind))
  const before = process.memoryUsage().rss
  t.match(await failureOf(fetcher.fetch(url(server.port, '/endless'), never())), { kind: 'too_large', message: /^the image behind the URL has at least 1\d{6} bytes; the limit is 1000000 bytes$/ })
  t.ok(process.memoryUsage().rss - before < 100e6, 'memory is bounded')
})

function endless (response: ServerResponse): void {
  const block = Buffer.concat([png, Buffer.alloc(65_536)])
  const push = (): void => {
    while (!response.destroyed && response.write(block));
  }
  response.on('drain', push)
  push()
}

t.test('an endless page is left as soon as it shows', async t => {
  let sent = 0
  const server = await listenHttp(t, (_request, response) => {
    const timer = setInterval(() => { response.write('<p>more</p>'.repeat(50)); sent++ }, 5)
    response.on('close', () => clearInterval(timer))
  })
  t.match(await failureOf(makeFetcher(t).fetch(url(server.port), never())), { kind: 'image_unreachable', message: /not an image/ })
  t.ok(sent < 50)
})

t.test('tiny chunks take no more memory than large ones', async t => {
  const server = await listenTcp(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    for (const byte of png) socket.write(`1\r\n${String.fromCharCode(byte)}\r\n`, 'latin1')
    const block = Buffer.from('1\r\nx\r\n'.repeat(10_000))
    const push = (): void => { while (!socket.destroyed && socket.write(block)); }
    socket.on('drain', push)
    push()
  })
  const before = process.memoryUsage().rss
  t.match(await failureOf(makeFetcher(t, { maxBytes: 500_000, totalTimeoutMs: 20_000 }).fetch(url(server.port), never())), { kind: 'too_large' })
  t.ok(process.memoryUsage().rss - before < 100e6, `${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`)
})

t.test('compressed bodies are refused before they are read', async t => {
  const server = await listenHttp(t, (request, response) => {
    response.writeHead(200, { 'content-encoding': request.url?.slice(1) ?? '' }).end(request.url === '/identity' ? png : gzipSync(Buffer.alloc(10_000_000)))
  })
  const fetcher = makeFetcher(t)
  for (const encoding of ['gzip', 'br', 'deflate', 'zstd']) {
    t.match(await failureOf(fetcher.fetch(url(server.port, `/${encoding}`), never())), { kind: 'image_unreachable', message: `the URL answered with a compressed body (content-encoding ${encoding}); only identity is accepted` })
  }
  t.same(await fetcher.fetch(url(server.port, '/identity'), never()), png)
})

t.test('each deadline ends what is slow', async t => {
  const drip = (socket: Socket, text: string, ms = 20): void => {
    const timer = setInterval(() => socket.write(text), ms)
    socket.on('close', () => clearInterval(timer))
  }
  const ok = 'HTTP/1.1 200 OK\r\n\r\n'
  const silent = await listenTcp(t, () => {})
  const dripping = await listenTcp(t, socket => { socket.write('HTTP/1.1 200 OK\r\n'); drip(socket, 'x: y\r\n') })
  const informing = await listenTcp(t, socket => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'))
  const stalling = await listenTcp(t, socket => { socket.write(ok); socket.write(png.subarray(0, 50)) })
  const trickling = await listenTcp(t, socket => { socket.write(ok); socket.write(png); drip(socket, 'x') })
  const redirecting = await listenHttp(t, (_request, response) => { setTimeout(() => response.writeHead(302, { location: '/' }).end(), 180) })
  const unresolved = makeFetcher(t, { connectTimeoutMs: 200, lookup: () => new Promise(() => {}) })
  const fetcher = makeFetcher(t, { connectTimeoutMs: 200, headersTimeoutMs: 250, bodyTimeoutMs: 300, totalTimeoutMs: 500 })

  const table = [
    ['a name server that does not answer', () => unresolved.fetch(new URL('http://slow.test/'), never()), 'the host of the URL could not be connected to within the limit of 0.2 s', 200],
    ['TLS that does not come about', () => fetcher.fetch(new URL(`https://127.0.0.1:${silent.port}/`), never()), 'the host of the URL could not be connected to within the limit of 0.2 s', 200],
    ['no headers', () => fetcher.fetch(url(silent.port), never()), 'the host of the URL sent no complete response headers within the limit of 0.25 s', 250],
    ['headers drop by drop', () => fetcher.fetch(url(dripping.port), never()), 'the host of the URL sent no complete response headers within the limit of 0.25 s', 250],
    ['informational answers without end', () => fetcher.fetch(url(informing.port), never()), 'the host of the URL sent no complete response headers within the limit of 0.25 s', 250],
    ['a body that stalls', () => fetcher.fetch(url(stalling.port), never()), 'the host of the URL sent nothing more within the limit of 0.3 s', 300],
    ['a body drop by drop', () => fetcher.fetch(url(trickling.port), never()), 'fetching the URL took longer than the limit of 0.5 s', 500],
    ['slow redirects', () => fetcher.fetch(url(redirecting.port), never()), 'fetching the URL took longer than the limit of 0.5 s', 500]
  ] as const
  await Promise.all(table.map(async ([what, work, message, ms]) => {
    const [failure, took] = await timed(() => failureOf(work()))
    t.match(failure, { kind: 'image_unreachable', message }, what)
    t.ok(took >= ms - 20 && took < ms + 1500, `${what} took ${Math.round(took)} ms`)
  }))
  await pause(50)
  for (const { sockets } of [silent, dripping, informing, stalling, trickling, redirecting]) t.ok(sockets.every(socket => socket.destroyed || socket.readableEnded), 'the connection is closed')
})

t.test('headers without end are refused by their size', async t => {
  const server = await listenTcp(t, socket => { socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`) })
  t.match(await failureOf(makeFetcher(t).fetch(url(server.port), never())), { kind: 'image_unreachable', message: 'the response headers of the URL are too large' })
})

t.test('faults of the network are told without addresses', async t => {
  const garbage = await listenTcp(t, socket => { socket.end('SSH-2.0-OpenSSH_9\r\n\r\n') })
  const closing = await listenTcp(t, socket => { socket.end() })
  const short = await listenTcp(t, socket => { socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n'), png])) })
  const vanishing = await listenTcp(t, socket => { socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n'); setTimeout(() => socket.resetAndDestroy(), 20) })
  const fetcher = makeFetcher(t, { lookup: namesOf({}) })
  const refusing = await new Promise<number>(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
  const table = [
    [url(garbage.port), 'the URL answered with something that is not valid HTTP'],
    [url(closing.port), 'the host of the URL closed the connection before the image was complete'],
    [url(short.port), 'the host of the URL closed the connection before the image was complete'],
    [url(vanishing.port), 'the host of the URL closed the connection before the image was complete'],
    [url(refusing), 'the host of the URL refused the connection'],
    [new URL('http://nowhere.test/'), 'the host name of the URL cannot be resolved'],
    [new URL(`https://127.0.0.1:${garbage.port}/`), 'the TLS connection to the host of the URL failed (certificate or protocol)']
  ] as const
  for (const [target, message] of table) {
    const failure = await failureOf(fetcher.fetch(target, never()))
    t.match(failure, { kind: 'image_unreachable', message }, target.href)
    t.notMatch(failure.message, /127\.0|\d{4}|ECONN|node:/)
  }
})

t.test('more fetches than the limit are refused as busy', async t => {
  const server = await listenTcp(t, () => {})
  const fetcher = makeFetcher(t, { maxConcurrent: 2 })
  const controller = new AbortController()
  const first = [fetcher.fetch(url(server.port), controller.signal), fetcher.fetch(url(server.port), controller.signal)]
  const settled = Promise.allSettled(first)
  t.match(await failureOf(fetcher.fetch(url(server.port), never())), { kind: 'busy', message: '2 images are being fetched already, which is the limit', retryAfterS: 1 })
  controller.abort(new Error('gone'))
  await settled
  t.match(await failureOf(fetcher.fetch(new URL('ftp://127.0.0.1/'), never())), { kind: 'url_refused' }, 'the places are free again')
})

t.test('a client that goes away ends the fetch at once and closes the socket', async t => {
  const reason = new Error('the client went away')
  const silent = await listenTcp(t, () => {})
  const halfway = await listenTcp(t, socket => { socket.write('HTTP/1.1 200 OK\r\n\r\n'); socket.write(png) })
  const fetcher = makeFetcher(t)
  for (const server of [silent, halfway]) {
    const controller = new AbortController()
    const work = fetcher.fetch(url(server.port), controller.signal)
    setTimeout(() => controller.abort(reason), 60)
    const [, took] = await timed(async () => await t.rejects(work, reason))
    t.ok(took < 1000)
    await pause(50)
    t.ok(server.sockets.every(socket => socket.destroyed || socket.readableEnded))
  }
  const aborted = AbortSignal.abort(reason)
  await t.rejects(fetcher.fetch(url(silent.port), aborted), reason)
  t.equal(silent.sockets.length, 1, 'a request that is gone already opens none')
})

t.test('closing breaks off what is under way and refuses what comes', async t => {
  const server = await listenTcp(t, () => {})
  const fetcher = makeFetcher(t)
  const work = failureOf(fetcher.fetch(url(server.port), never()))
  await pause(30)
  await fetcher.close()
  t.match(await work, { kind: 'busy', message: 'the server is stopping' })
  t.match(await failureOf(fetcher.fetch(url(server.port), never())), { kind: 'busy' })
})
