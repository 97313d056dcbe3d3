import t from 'tap'
import { randomBytes } from 'node:crypto'
import { Failure } from '../../src/errors.js'
import { parseImageText } from '../../src/intake/image-source.js'
import { readFixture } from '../fixtures/index.js'

const plain = { spaceIsPlus: false }
const form = { spaceIsPlus: true }

async function bytesOf (text: string, options: { readonly spaceIsPlus: boolean } = plain): Promise<Buffer> {
  const source = await parseImageText('image', text, options)
  if (source.kind !== 'bytes') throw new Error(`a ${source.kind}`)
  return source.bytes
}

async function failureOf (text: string, options: { readonly spaceIsPlus: boolean } = plain): Promise<Failure> {
  try {
    await parseImageText('image', text, options)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error(`accepted: ${text.slice(0, 60)}`)
}

t.test('http and https URLs are kept as URLs', async t => {
  for (const text of ['http://example.com/a.png', 'HTTPS://example.com/a.png?x=1#y', ' \r\n https://example.com/a b.png \n', 'http:example.com/a.png']) {
    const source = await parseImageText('image', text, plain)
    t.equal(source.kind, 'url', text)
    if (source.kind === 'url') t.equal(source.url.hostname, 'example.com')
  }
})

t.test('other schemes and credentials are refused', async t => {
  for (const text of ['ftp://example.com/a.png', 'file:///etc/passwd', 'FILE:/etc/passwd', 'javascript:alert(1)', 'blob:https://example.com/1', 'http://user:pw@example.com/', 'https://user@example.com/a.png']) {
    t.equal((await failureOf(text)).kind, 'url_refused', text)
  }
})

t.test('broken and overlong URLs are told apart', async t => {
  t.match(await failureOf('http://'), { kind: 'invalid_request', message: "parameter 'image' is not a valid URL" })
  t.match(await failureOf('http://[::1%25eth0]/'), { kind: 'invalid_request' })
  t.match(await failureOf(`http://example.com/${'a'.repeat(9000)}`), { kind: 'invalid_request', message: "the URL in parameter 'image' has 9019 characters; the limit is 8192" })
})

t.test('base64 is read in both alphabets, with and without padding, wrapped or not', async t => {
  for (const length of [0, 1, 2, 3, 4, 5, 100, 1001].map(extra => extra + 60)) {
    const data = randomBytes(length)
    const standard = data.toString('base64')
    const variants = {
      standard,
      unpadded: standard.replace(/=+$/, ''),
      'url-safe': data.toString('base64url'),
      'url-safe, padded': standard.replaceAll('+', '-').replaceAll('/', '_'),
      'wrapped as MIME': standard.replace(/.{20}/g, '$&\r\n'),
      'blanks and tabs': standard.replace(/.{7}/g, '$& \t')
    }
    for (const [what, text] of Object.entries(variants)) t.same(await bytesOf(text), data, `${length} bytes, ${what}`)
  }
})

t.test('a blank in a form is an unescaped plus', async t => {
  const text = 'QUJD++++Q+JD'
  const data = Buffer.from(text, 'base64')
  t.same(await bytesOf(text.replaceAll('+', ' '), form), data)
  t.same(await bytesOf(`\n${text.replaceAll('+', ' ')}\n`, form), data)
  t.same(await bytesOf(`data:image/png;base64,${text.replaceAll('+', ' ')}`, form), data)
  t.notSame(await bytesOf(text.replaceAll('+', ' ')), data, 'elsewhere it is whitespace')
})

t.test('data: URIs of any media type are read, in base64 and percent-encoded', async t => {
  const png = readFixture('quarters.png')
  const base64 = png.toString('base64')
  const percent = Array.from(png, byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
  for (const text of [
    `data:image/png;base64,${base64}`, `DATA:IMAGE/PNG;BASE64,${base64}`, `data:;base64,${base64}`, `data:application/octet-stream;name=a.png;base64, ${base64}`,
    `data:image/png;base64,${encodeURIComponent(base64)}`, `data:image/png;base64,${png.toString('base64url')}`, `data:image/png,${percent}`, `data:,${percent.toUpperCase()}`
  ]) t.same(await bytesOf(text), png, text.slice(0, 40))
  t.same(await bytesOf('data:,a%zz%2'), Buffer.from('a%zz%2'), 'a lone percent sign stands for itself')
  t.same(await bytesOf('data:,é'), Buffer.from('é'))
  t.match(await failureOf('data:image/png;base64'), { kind: 'invalid_request', message: /no comma/ })
  t.match(await failureOf('data:image/png;base64,a.b'), { kind: 'invalid_request', message: /the data: URI in parameter 'image' is not base64: character 2 is "\."/ })
})

t.test('what is none of these is refused with a reason and a hint', async t => {
  const start = "parameter 'image' is neither an http(s) URL, a data: URI nor base64: "
  const table: ReadonlyArray<readonly [string, string]> = [
    ['/9j/4AA*', 'character 8 is "*"'],
    ['abcd=efg', 'character 5 is "="'],
    ['abcde', 'its length of 5 characters is not possible (cut off?)'],
    ['ab===', 'character 3 is "="'],
    ['a😀', 'character 2 is "😀"'],
    ['www.example.com/a.png', 'character 4 is "."; it looks like a URL without http:// or https://'],
    ['example.com/a.png', 'character 8 is "."; it looks like a URL without http:// or https://'],
    ['localhost:8080/a.png', 'character 10 is ":"; it looks like a URL without http:// or https://'],
    ['/home/me/a.jpg', 'character 11 is "."; it looks like a file path: send the file itself as a multipart part'],
    ['C:\\pictures\\a.jpg', 'character 2 is ":"; it looks like a file path: send the file itself as a multipart part'],
    ['./a.png', 'character 1 is "."; it looks like a file path: send the file itself as a multipart part'],
    ['holiday.jpeg', 'character 8 is "."; it looks like a file name: send the file itself as a multipart part']
  ]
  for (const [text, rest] of table) t.match(await failureOf(text), { kind: 'invalid_request', message: start + rest }, text)
  t.match(await failureOf('  \n '), { kind: 'invalid_request', message: "parameter 'image' is empty" })
})

t.test('27 MB are read in linear time', async t => {
  const data = randomBytes(20_000_000)
  const base64 = data.toString('base64')
  const wrapped = base64.replace(/.{76}/g, '$&\r\n')
  const hostile: ReadonlyArray<readonly [string, string]> = [
    ['plain', base64],
    ['wrapped', wrapped],
    ['blanks', `${' '.repeat(27_000_000)}x`],
    ['every second character a blank', 'a '.repeat(13_500_000)],
    ['one wrong character at the end', `${base64.slice(0, -4)}*AAA`],
    ['only wrong characters', '.'.repeat(27_000_000)],
    ['nothing but percent signs', `data:,${'%'.repeat(27_000_000)}`],
    ['percent-encoded', `data:,${'%41'.repeat(9_000_000)}`],
    ['a data: URI without a comma', `data:${'a'.repeat(27_000_000)}`],
    ['a long scheme', `${'a'.repeat(27_000_000)}:`]
  ]
  for (const [what, text] of hostile) {
    const before = process.cpuUsage()
    try {
      await parseImageText('image', text, form)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      t.ok(error.message.length < 300, 'the message does not repeat the text')
    }
    const { user, system } = process.cpuUsage(before)
    // About 0.3 s at most on a quiet machine; quadratic work would take minutes.
    t.ok(user + system < 3_000_000, `${what}: ${Math.round((user + system) / 1000)} ms`)
  }
  t.ok((await bytesOf(wrapped)).equals(data))
})
