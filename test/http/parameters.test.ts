import t from 'tap'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestServer, buildTestServer, sha256 } from '../fakes/test-server.js'

const url = '/compute/v1/image/echo'
const token = 'good'
// Bytes that no decoding of text leaves alone, behind the signature of a PNG.
const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array.from({ length: 999 }, (_, index) => (index * 251) & 255)])
const base64 = bytes.toString('base64')

interface Part { readonly head: string, readonly body: Buffer | string }

function multipart (parts: readonly Part[]): { payload: Buffer, headers: Record<string, string> } {
  const chunks = parts.flatMap(({ head, body }) => [Buffer.from(`--XX\r\n${head}\r\n\r\n`), Buffer.from(body as string), Buffer.from('\r\n')])
  return {
    payload: Buffer.concat([...chunks, Buffer.from('--XX--\r\n')]),
    headers: { token, 'content-type': 'multipart/form-data; boundary=XX' }
  }
}

async function post ({ app }: TestServer, payload: string | Buffer, headers: Record<string, string>) {
  return await app.inject({ method: 'POST', url, payload, headers: { token, ...headers } })
}

t.test('the same bytes arrive however they are sent', async t => {
  const server = await buildTestServer(t)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/json' }
  const urlSafe = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  t.match(base64, /\+.*\//s, 'the fixture holds both characters that need care')
  const disposition = 'Content-Disposition: form-data; name="image"'
  const ways: Record<string, () => Promise<{ json: () => unknown, statusCode: number }>> = {
    'file part': async () => {
      const { payload, headers } = multipart([{ head: `${disposition}; filename="a.png"\r\nContent-Type: image/png`, body: bytes }])
      return await post(server, payload, headers)
    },
    'file part without a file name': async () => {
      const { payload, headers } = multipart([{ head: `${disposition}\r\nContent-Type: image/png`, body: bytes }])
      return await post(server, payload, headers)
    },
    'file part without any type': async () => {
      const { payload, headers } = multipart([{ head: disposition, body: bytes }])
      return await post(server, payload, headers)
    },
    'base64 in a multipart field': async () => {
      const { payload, headers } = multipart([{ head: disposition, body: base64 }])
      return await post(server, payload, headers)
    },
    'base64 in a form, escaped': async () => await post(server, new URLSearchParams({ image: base64 }).toString(), form),
    'base64 in a form with raw plus signs': async () => await post(server, `image=${base64}`, form),
    'base64 in a form with raw line ends': async () => await post(server, `image=${base64.replace(/.{76}/g, '$&\n')}`, form),
    'base64 in a form with raw CRLF line ends': async () => await post(server, `image=${base64.replace(/.{76}/g, '$&\r\n')}`, form),
    'url-safe base64 in a form': async () => await post(server, `image=${urlSafe}`, form),
    'url-safe base64 in the query of a GET': async () => await server.app.inject({ method: 'GET', url: `${url}?image=${urlSafe}`, headers: { token } }),
    'data URI in a form with raw plus signs': async () => await post(server, `image=data:image/png;base64,${base64}`, form),
    'base64 in JSON': async () => await post(server, JSON.stringify({ image: base64 }), json),
    'data URI in JSON': async () => await post(server, JSON.stringify({ image: `data:image/png;base64,${base64}` }), json),
    'base64 in the body of a GET': async () => await server.app.inject({ method: 'GET', url, payload: `image=${base64}`, headers: { token, ...form } }),
    'name in another case': async () => await post(server, `IMAGE=${base64}`, form)
  }
  for (const [way, send] of Object.entries(ways)) {
    const answer = await send()
    t.match(answer.json(), { code: '0', content: { bytes: bytes.length, sha256: sha256(bytes) } }, way)
  }
})

t.test('query string and body are merged and the body wins', async t => {
  const { app } = await buildTestServer(t)
  const form = { token, 'content-type': 'application/x-www-form-urlencoded' }
  const both = await app.inject({ method: 'POST', url: `${url}?note=query&image=x`, payload: `Image=${base64}`, headers: form })
  t.match(both.json(), { code: '0', content: { note: 'query', bytes: bytes.length } })
  const body = await app.inject({ method: 'POST', url: `${url}?note=query`, payload: `note=body&image=${base64}`, headers: form })
  t.match(body.json(), { content: { note: 'body' } })
})

t.test('a request that states a type but has no body is read by its query', async t => {
  const { app } = await buildTestServer(t)
  const query = new URLSearchParams({ image: base64.slice(0, 400) })
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const answer = await app.inject({ method: 'GET', url: `${url}?${query}`, headers: { token, 'content-type': type } })
    t.equal(answer.json().code, '0', type)
    const posted = await app.inject({ method: 'POST', url: `${url}?${query}`, headers: { token, 'content-type': type, 'content-length': '0' } })
    t.equal(posted.json().code, '0', type)
  }
})

t.test('what is missing, empty, repeated or of the wrong kind is named', async t => {
  const server = await buildTestServer(t)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/json' }
  const refuse = async (payload: string | Buffer, headers: Record<string, string>, message: RegExp, code = '-400'): Promise<void> => {
    const answer = await post(server, payload, headers)
    t.match(answer.json(), { content: {}, code, message })
    t.equal(answer.statusCode, Number(code.replace('-', '')))
  }
  await refuse('', form, /parameter 'image' is missing/)
  await refuse('note=x', form, /parameter 'image' is missing/)
  await refuse('image=', form, /parameter 'image' is empty/)
  await refuse('image=abcd&image=efgh', form, /'image' is given more than once/)
  await refuse('image=abcd&Image=efgh', form, /'image' is given more than once/)
  await refuse('[1,2]', json, /must be an object/)
  await refuse('"text"', json, /must be an object/)
  await refuse('{"image":{"url":"x"}}', json, /must be text, not an object/)
  await refuse('{"image":', json, /the JSON body is malformed/)
  await refuse('{"image":"abcd","__proto__":{"x":1}}', json, /malformed/)
  await refuse('<image/>', { 'content-type': 'text/xml' }, /Content-Type is not supported/, '-415')
  await refuse('x', { 'content-type': '' }, /Content-Type is not supported/, '-415')
  await refuse('{"image":["abcd"]}', json, /'image' must be one value, not a list/)
  await refuse(`{"image":"abcd","x":[${'1,'.repeat(2000)}1]}`, json, /more than 1000 parts/)
  await refuse(Array.from({ length: 60 }, (_, index) => `p${index}=1`).join('&'), form, /more than 50 parameters, which is the limit/)
  const two = multipart(['a', 'b'].map(body => ({ head: 'Content-Disposition: form-data; name="image"', body })))
  await refuse(two.payload, two.headers, /more than once/)
  const many = multipart(Array.from({ length: 60 }, (_, index) => ({ head: `Content-Disposition: form-data; name="p${index}"`, body: 'x' })))
  await refuse(many.payload, many.headers, /more than 50 parameters/)
  const empty = multipart([{ head: 'Content-Disposition: form-data; name="image"; filename="a.png"', body: '' }])
  await refuse(empty.payload, empty.headers, /'image' is an empty file/)
  const unfilled = multipart([{ head: 'Content-Disposition: form-data; name="image"; filename=""\r\nContent-Type: application/octet-stream', body: '' }])
  await refuse(unfilled.payload, unfilled.headers, /'image' is (missing|an empty file)/)
})

t.test('what nobody asks for does not matter', async t => {
  const server = await buildTestServer(t)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  t.match((await post(server, 'image=abcd&tags[]=1&tags[]=2', form)).json(), { code: '0' })
  t.match((await post(server, '{"image":"abcd","meta":{},"list":[1,2],"none":null}', { 'content-type': 'application/json' })).json(), { code: '0' })
  const parts = multipart(['tag', 'tag', 'image'].map(name => ({ head: `Content-Disposition: form-data; name="${name}"`, body: 'abcd' })))
  t.match((await post(server, parts.payload, parts.headers)).json(), { code: '0' })
})

t.test('a compressed body is refused by name', async t => {
  const server = await buildTestServer(t)
  const answer = await post(server, 'image=abcd', { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' })
  t.equal(answer.statusCode, 415)
  t.match(answer.json(), { code: '-415', message: 'the Content-Encoding "gzip" is not supported; send the body as it is' })
})

t.test('a client that reads only when it has written gets its 413', async t => {
  const { app } = await buildTestServer(t)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const head = '--XX\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
  for (const chunked of [false, true]) {
    const length = head.length + 3_000_000
    const socket = connect(Number(new URL(address).port), '127.0.0.1')
    let answer = ''
    const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
    socket.write(`POST ${url} HTTP/1.1\r\nHost: x\r\ntoken: good\r\nContent-Type: multipart/form-data; boundary=XX\r\n${framing}\r\n\r\n`)
    const send = (chunk: Buffer | string): boolean => chunked ? socket.write(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), Buffer.from(chunk as string), Buffer.from('\r\n')])) : socket.write(chunk)
    send(head)
    for (let sent = 0; sent < 3_000_000; sent += 100_000) {
      if (!send(Buffer.alloc(100_000))) await once(socket, 'drain')
    }
    if (chunked) socket.write('0\r\n\r\n')
    socket.on('data', chunk => { answer += chunk.toString(); if (answer.includes('}')) socket.destroy() })
    await once(socket, 'close')
    t.match(answer, /^HTTP\/1\.1 413 .*"code":"-413"/s, chunked ? 'chunked' : 'with a length')
  }
})

t.test('a malformed or cut multipart body is the client\'s fault', async t => {
  const server = await buildTestServer(t)
  const whole = multipart([{ head: 'Content-Disposition: form-data; name="image"; filename="a"', body: bytes }])
  for (const [what, payload, headers] of [
    ['cut in the content', whole.payload.subarray(0, 600), whole.headers],
    ['cut before the last boundary', whole.payload.subarray(0, -8), whole.headers],
    ['without a boundary', whole.payload, { 'content-type': 'multipart/form-data' }],
    ['with another boundary', whole.payload, { 'content-type': 'multipart/form-data; boundary=YY' }],
    ['garbage', Buffer.from('no multipart at all'), whole.headers],
    ['a part without headers', Buffer.from('--XX\r\n\r\nabc\r\n--XX--\r\n'), whole.headers],
    ['a poisoned name', multipart([{ head: 'Content-Disposition: form-data; name="__proto__"', body: 'x' }]).payload, whole.headers]
  ] as const) {
    const answer = await post(server, payload, headers)
    t.equal(answer.statusCode, 400, what)
    t.match(answer.json(), { content: {}, code: '-400' }, what)
  }
})

t.test('an image or a body over the limit is refused with the limit and the actual size', async t => {
  const server = await buildTestServer(t)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const large = Buffer.alloc(100_001)
  const refuse = async (payload: string | Buffer, headers: Record<string, string>, message: RegExp): Promise<void> => {
    const answer = await post(server, payload, headers)
    t.equal(answer.statusCode, 413)
    t.match(answer.json(), { content: {}, code: '-413', message })
  }
  const file = multipart([{ head: 'Content-Disposition: form-data; name="image"; filename="a"', body: large }])
  await refuse(file.payload, file.headers, /the image in 'image' has 100001 bytes; the limit is 100000/)
  await refuse(`image=${large.toString('base64')}`, form, /100001 bytes; the limit is 100000/)
  await refuse(`image=${'A'.repeat(300_000)}`, form, /the request body has 300006 bytes; the limit is 225536/)
  const huge = multipart([{ head: 'Content-Disposition: form-data; name="image"; filename="a"', body: Buffer.alloc(300_000) }])
  await refuse(huge.payload, huge.headers, /the request body has (more than )?\d+ bytes/)
})

t.test('a base64 field of the largest allowed image is not cut', async t => {
  const server = await buildTestServer(t)
  const largest = Buffer.concat([bytes, Buffer.alloc(100_000 - bytes.length, 7)])
  const field = multipart([{ head: 'Content-Disposition: form-data; name="image"', body: largest.toString('base64').replace(/.{76}/g, '$&\r\n') }])
  t.match((await post(server, field.payload, field.headers)).json(), { content: { bytes: 100_000, sha256: sha256(largest) } })
})
