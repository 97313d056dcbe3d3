import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startService, temporaryFolder } from '../../eval/service.mjs'
import { GOOD, PICTURES, ask } from '../functions.mjs'
import { factsOf } from '../process-facts.mjs'

export const about = 'requests that are no requests: malformed bodies, headers and connections, by raw sockets'

const PATH = '/compute/v1/image/colorPalette'
const ANSWER_MS = 15_000
const ROUNDS = 20

const CRLF = '\r\n'
const file = (name, bytes) => Buffer.concat([Buffer.from(`Content-Disposition: form-data; name="${name}"; filename="a.png"${CRLF}Content-Type: image/png${CRLF}${CRLF}`), bytes])
const picture = PICTURES.small

/** A multipart body of parts. */
function parts (list, { boundary = 'b', end = `--b--${CRLF}` } = {}) {
  return Buffer.concat([...list.flatMap(part => [Buffer.from(`--${boundary}${CRLF}`), Buffer.from(part), Buffer.from(CRLF)]), Buffer.from(end)])
}

const field = (name, value) => `Content-Disposition: form-data; name="${name}"${CRLF}${CRLF}${value}`
const multipart = 'multipart/form-data; boundary=b'

/** Bodies with their type, and which statuses are right. */
const BODIES = {
  'a good one': [multipart, parts([file('image', picture)]), [200]],
  'no boundary in the type': ['multipart/form-data', parts([file('image', picture)]), [400, 415]],
  'another boundary than the type says': ['multipart/form-data; boundary=c', parts([file('image', picture)]), [400]],
  'no last boundary': [multipart, parts([file('image', picture)], { end: '' }), [400]],
  'cut within the picture': [multipart, parts([file('image', picture)]).subarray(0, 150), [400]],
  'cut within a part\'s header': [multipart, parts([file('image', picture)]).subarray(0, 30), [400]],
  'a header without a colon': [multipart, parts([`Content-Disposition form-data${CRLF}${CRLF}x`]), [400]],
  'a part without a header': [multipart, parts([`${CRLF}x`]), [400]],
  'a part without a name': [multipart, parts([`Content-Disposition: form-data${CRLF}${CRLF}x`]), [400]],
  'a name without its end quote': [multipart, parts([`Content-Disposition: form-data; name="image${CRLF}${CRLF}x`]), [400]],
  'a NUL byte in the name': [multipart, parts([field('ima\0ge', 'x')]), [400]],
  'the name __proto__': [multipart, parts([field('__proto__', 'x'), file('image', picture)]), [200, 400]],
  'the name constructor': [multipart, parts([field('constructor', 'x'), file('image', picture)]), [200, 400]],
  'a part\'s header of 1 MB': [multipart, parts([`Content-Disposition: form-data; name="${'x'.repeat(1e6)}"${CRLF}${CRLF}x`]), [400, 413]],
  '2,000 headers in a part': [multipart, parts([`${Array.from({ length: 2000 }, (_, n) => `X-${n}: y`).join(CRLF)}${CRLF}${CRLF}x`]), [400, 413]],
  'the picture twice': [multipart, parts([file('image', picture), file('image', picture)]), [200, 400]],
  '10,000 fields': [multipart, parts(Array.from({ length: 10_000 }, (_, n) => field(`f${n}`, 'x'))), [400, 413]],
  '10,000 files': [multipart, parts(Array.from({ length: 10_000 }, (_, n) => file(`f${n}`, Buffer.from('x')))), [400, 413]],
  'a field of 5 MB': [multipart, parts([field('image', 'A'.repeat(5e6))]), [400, 413, 415]],
  'line ends of one byte': [multipart, Buffer.from(parts([file('image', picture)]).toString('latin1').replaceAll(CRLF, '\n'), 'latin1'), [400]],
  'a boundary of 1,000 characters': [`multipart/form-data; boundary=${'b'.repeat(1000)}`, parts([file('image', picture)]), [400]],
  'an empty file name and file': [multipart, parts([`Content-Disposition: form-data; name="image"; filename=""${CRLF}${CRLF}`]), [400]],
  'a file name that leaves its folder': [multipart, parts([Buffer.concat([Buffer.from(`Content-Disposition: form-data; name="image"; filename="../../../etc/passwd"${CRLF}${CRLF}`), picture])]), [200]],
  'multipart/mixed': ['multipart/mixed; boundary=b', parts([file('image', picture)]), [400, 415]],
  'an empty multipart body': [multipart, Buffer.alloc(0), [400]],
  noise: [multipart, Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 2654435761) >>> 24)), [400]],
  'JSON 100,000 deep': ['application/json', Buffer.from(`{"image":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), [400, 413, 415]],
  'JSON with __proto__': ['application/json', Buffer.from(`{"__proto__":{"image":"x"},"image":"${picture.toString('base64')}"}`), [200, 400]],
  'JSON with constructor.prototype': ['application/json', Buffer.from('{"constructor":{"prototype":{"x":1}}}'), [400]],
  'JSON that is cut': ['application/json', Buffer.from('{"image":"'), [400]],
  'JSON in UTF-16': ['application/json', Buffer.from('{"image":"x"}', 'utf16le'), [400]],
  'JSON that is a number': ['application/json', Buffer.from('1e999'), [400]],
  'JSON with 200,000 keys': ['application/json', Buffer.from(`{${Array.from({ length: 2e5 }, (_, n) => `"k${n}":1`).join(',')}}`), [400, 413]],
  'a form with 100,000 fields': ['application/x-www-form-urlencoded', Buffer.from('a=b&'.repeat(1e5)), [400, 413]],
  'a form of percent signs': ['application/x-www-form-urlencoded', Buffer.from(`image=${'%'.repeat(1e5)}`), [400, 413, 415]],
  'a type that is none': ['no type', picture, [400, 415]],
  'a compressed body': ['application/json', Buffer.from('x'), [400, 415], { 'content-encoding': 'gzip' }]
}

/** What comes over a socket, and which statuses are right; 0 is no answer at all. */
function raw (token) {
  const head = (extra = '', method = 'POST', path = PATH) => `${method} ${path} HTTP/1.1${CRLF}Host: x${CRLF}token: ${token}${CRLF}${extra}${CRLF}`
  return {
    'a header of 100 KB': [head(`X-Long: ${'x'.repeat(1e5)}${CRLF}`), [431]],
    '3,000 headers': [head(Array.from({ length: 3000 }, (_, n) => `X-${n}: y${CRLF}`).join('')), [400, 431]],
    'a NUL byte in a header': [head('X-Nul: a\0b\r\n'), [400]],
    'a NUL byte in the path': [head('', 'GET', '/compute/v1/image/color\0Palette'), [400]],
    'a path of 100 KB': [head('', 'GET', `/${'x'.repeat(1e5)}`), [400, 414, 431]],
    'a path with a broken escape': [head('', 'GET', '/compute/%zz'), [400, 404]],
    'two lengths': [head(`Content-Length: 5${CRLF}Content-Length: 6${CRLF}`), [400]],
    'a length and chunks': [`${head(`Content-Length: 5${CRLF}Transfer-Encoding: chunked${CRLF}`)}0${CRLF}${CRLF}`, [400]],
    'a negative length': [head(`Content-Length: -1${CRLF}`), [400]],
    'a length of a terabyte': [head(`Content-Type: ${multipart}${CRLF}Content-Length: 1099511627776${CRLF}`), [413]],
    'chunks that are none': [`${head(`Transfer-Encoding: chunked${CRLF}`)}zz${CRLF}`, [400]],
    'an unknown transfer encoding': [head(`Transfer-Encoding: rot13${CRLF}`), [400, 501]],
    'an unknown method': [head('', 'BREW'), [400]],
    'a known method that is not allowed': [head('', 'DELETE'), [404, 405]],
    'HTTP/3.0': [`GET /livez HTTP/3.0${CRLF}${CRLF}`, [400, 505]],
    'no version': [`GET /livez${CRLF}${CRLF}`, [200, 400]],
    TLS: [Buffer.from('16030100a5010000a10303', 'hex'), [0, 400]],
    'an upgrade': [head(`Connection: Upgrade${CRLF}Upgrade: websocket${CRLF}`, 'GET', '/livez'), [200]],
    'an expectation': [head(`Expect: the-unexpected${CRLF}Content-Length: 0${CRLF}`), [400, 417]],
    'bare line feeds': ['GET /livez HTTP/1.1\nHost: x\n\n', [200, 400]],
    'a space before the colon': [head('X-Space : y\r\n'), [400]],
    'a folded header': [head('X-Fold: a\r\n b\r\n', 'GET', '/livez'), [200, 400]],
    'no host': [`GET /livez HTTP/1.1${CRLF}${CRLF}`, [200, 400]]
  }
}

export async function run ({ scale, note }) {
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } })
  const life = { ended: false }
  service.ended.catch(() => { life.ended = true })
  const { port } = new URL(service.origin)
  const { token } = service.headers
  const wrong = []
  let cases = 0
  const golden = (await ask(service, 'colorPalette', GOOD.colorPalette)).text
  const before = factsOf(service.pid)

  async function expect (what, bytes, statuses, options) {
    cases++
    const answers = await exchange(port, bytes, options)
    for (const { status, body } of answers.length > 0 ? answers : [{ status: 0 }]) {
      const isEnvelope = status === 0 || status === 200 || /^\{"content":/.test(body)
      if (!statuses.includes(status) || !isEnvelope) wrong.push(`${what}: ${status} ${body?.slice(0, 150)}`)
    }
  }

  try {
    for (let round = 0; round < Math.ceil(ROUNDS * scale); round++) {
      for (const [what, [type, body, statuses, headers = {}]] of Object.entries(BODIES)) {
        const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}${CRLF}`).join('')
        await expect(what, Buffer.concat([Buffer.from(`POST ${PATH} HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}token: ${token}${CRLF}Content-Type: ${type}${CRLF}${more}Content-Length: ${body.length}${CRLF}${CRLF}`), body]), statuses)
      }
      for (const [what, [bytes, statuses]] of Object.entries(raw(token))) await expect(what, bytes, statuses)
      // Gone before, within and after the body; then a length that never comes and one that comes too soon.
      const body = parts([file('image', PICTURES.photograph)])
      const request = length => Buffer.concat([Buffer.from(`POST ${PATH} HTTP/1.1${CRLF}Host: x${CRLF}token: ${token}${CRLF}Content-Type: ${multipart}${CRLF}Content-Length: ${length}${CRLF}${CRLF}`), body])
      for (const sent of [10, 200, 2000, body.length, body.length + 300]) {
        const socket = connect(port, '127.0.0.1').on('error', () => {})
        socket.write(request(body.length).subarray(0, sent))
        await sleep(5)
        socket.destroy()
        cases++
      }
      await expect('a body shorter than its length, then the end', request(body.length + 100), [0, 400], { endsWriting: true })
      await expect('twenty requests at once on one connection', Buffer.concat(Array.from({ length: 20 }, () => request(body.length))), [200], { answers: 20 })
      note(`round ${round + 1}: ${cases} cases, ${wrong.length} wrong${wrong.length > 0 ? `, the last: ${wrong.at(-1)}` : ''}`)
      if (life.ended) break
    }
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      socket.write(`POST ${PATH} HTTP/1.1${CRLF}Host: x${CRLF}token: ${token}${CRLF}Content-Type: ${multipart}${CRLF}Content-Length: 100000${CRLF}${CRLF}`)
      const timer = setInterval(() => socket.write('x'), 200)
      return () => { clearInterval(timer); socket.destroy() }
    })
    await sleep(2000)
    const duringSlow = life.ended ? { text: '' } : await ask(service, 'colorPalette', GOOD.colorPalette)
    for (const end of slow) end()
    await sleep(1000)
    const good = life.ended ? { text: '' } : await ask(service, 'colorPalette', GOOD.colorPalette)
    const after = life.ended ? {} : factsOf(service.pid)
    return {
      cases,
      rows: [
        { asked: 'the process lives', measured: `after ${cases} requests`, holds: !life.ended },
        { asked: 'each answered as it should, in an envelope', measured: wrong.length === 0 ? `${cases} of ${cases}` : `${wrong.length} of ${cases} wrong: ${[...new Set(wrong)].slice(0, 6).join('; ')}`, holds: wrong.length === 0 },
        { asked: 'good requests are answered as before, also beside 50 slow bodies', measured: String(good.text === golden && duringSlow.text === golden), holds: good.text === golden && duringSlow.text === golden },
        { asked: 'no connection is left', measured: `${before.handles} handles before, ${after.handles} after`, holds: after.handles <= before.handles + 4 },
        { asked: 'memory within 150 MB of before', measured: `${before.rssMB.toFixed(0)} MB before, ${after.rssMB?.toFixed(0)} MB after`, holds: after.rssMB <= before.rssMB + 150 }
      ]
    }
  } finally {
    if (!life.ended) await service.stop()
    folder.remove()
  }
}

/** Sends bytes and reads answers until enough have come, the other side ends, or time is up. */
function exchange (port, bytes, { answers: wanted = 1, endsWriting = false } = {}) {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const timer = setTimeout(finish, ANSWER_MS)
    let got = Buffer.alloc(0)
    socket.on('error', finish)
    socket.on('close', finish)
    socket.on('data', data => {
      got = Buffer.concat([got, data])
      if (answersIn(got).length >= wanted) finish()
    })
    socket.write(bytes)
    if (endsWriting) socket.end()
    function finish () {
      clearTimeout(timer)
      socket.destroy()
      resolve(answersIn(got))
    }
  })
}

// Whole answers only; interim ones (100 Continue) do not count.
function answersIn (bytes) {
  const found = []
  for (let at = 0; ;) {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    if (headEnd < 0) return found
    const head = bytes.toString('latin1', at, headEnd)
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0)
    const length = Number(/^content-length: (\d+)/mi.exec(head)?.[1] ?? 0)
    if (headEnd + 4 + length > bytes.length) return found
    at = headEnd + 4 + length
    if (status >= 200 || status === 0) found.push({ status, body: bytes.toString('utf8', headEnd + 4, at) })
  }
}
