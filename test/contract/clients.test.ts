// The clients people use, against a real server: each way of sending a picture gives the same content for the same bytes.
import t, { type Test } from 'tap'
import { execFile } from 'node:child_process'
import { writeFileSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { serveFiles, startServer } from './real-server.js'

const run = promisify(execFile)
const picture = new URL('../fixtures/monal.jpg', import.meta.url)
const bytes = readFileSync(picture)
const base64 = bytes.toString('base64')
const urlSafe = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const lines = base64.replace(/.{76}/g, '$&\n')

interface Setting {
  readonly url: string
  readonly imageUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly content: unknown
  readonly dir: string
}

async function setUp (t: Test): Promise<Setting> {
  const { baseUrl, credentials } = await startServer(t)
  const files = await serveFiles(t, { '/monal.jpg': bytes })
  const url = `${baseUrl}/compute/v1/image/colorPalette`
  const headers = { userName: credentials.login, token: credentials.accessToken }
  const imageUrl = `${files}/monal.jpg`
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams({ image: imageUrl }) })
  const { code, content } = await answer.json() as { code: string, content: unknown }
  t.equal(code, '0')
  const dir = t.testdir({ 'raw-plus': `image=${base64}`, lines: `image=${lines}`, 'url-safe': `image=${urlSafe}`, 'data-uri': `image=data:image/jpeg;base64,${base64}`, json: JSON.stringify({ image: base64 }), base64, photo: bytes })
  return { url, imageUrl, headers, content, dir }
}

async function has (t: Test, command: string, ...args: string[]): Promise<boolean> {
  try {
    await run(command, args)
    return true
  } catch {
    t.comment(`${command} is not on this machine: its part is left out`)
    return false
  }
}

t.test('curl', async t => {
  if (!await has(t, 'curl', '--version')) return
  const { url, imageUrl, headers, content, dir } = await setUp(t)
  const head = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const ways: Record<string, string[]> = {
    'URL form': ['-d', `image=${imageUrl}`],
    'URL form, escaped': ['--data-urlencode', `image=${imageUrl}`],
    'URL in the query of a GET': ['-G', '-d', `image=${imageUrl}`],
    'URL as a multipart field': ['-F', `image=${imageUrl}`],
    file: ['-F', `image=@${dir}/photo`],
    'file as image/jpeg': ['-F', `image=@${dir}/photo;type=image/jpeg;filename=photo.jpg`],
    'file part without a filename': ['-F', `image=<${dir}/photo`],
    'file part without a filename, as image/jpeg': ['-F', `image=<${dir}/photo;type=image/jpeg`],
    'base64 form with raw plus signs': ['-d', `@${dir}/raw-plus`],
    'base64 form with line ends': ['--data-binary', `@${dir}/lines`],
    'base64 form, url-safe': ['-d', `@${dir}/url-safe`],
    'base64 form, escaped': ['--data-urlencode', `image@${dir}/base64`],
    'base64 as a multipart field': ['-F', `image=<${dir}/base64`],
    'data URI form': ['-d', `@${dir}/data-uri`],
    json: ['-H', 'Content-Type: application/json', '-d', `@${dir}/json`]
  }
  for (const [way, args] of Object.entries(ways)) {
    const { stdout } = await run('curl', ['-s', url, ...head, ...args])
    t.same(JSON.parse(stdout), { content, code: '0', message: 'ok' }, way)
  }
})

t.test('fetch and FormData', async t => {
  const { url, imageUrl, headers, content } = await setUp(t)
  const form = (value: string | Blob, name?: string): FormData => {
    const data = new FormData()
    if (typeof value === 'string') data.append('image', value)
    else data.append('image', value, name)
    return data
  }
  const ways: Record<string, RequestInit> = {
    'URL form': { body: new URLSearchParams({ image: imageUrl }) },
    'URL as a multipart field': { body: form(imageUrl) },
    file: { body: form(new Blob([bytes], { type: 'image/jpeg' }), 'photo.jpg') },
    'file without a name': { body: form(new Blob([bytes]), '') },
    'base64 as a multipart field': { body: form(lines) },
    'base64 form': { body: new URLSearchParams({ image: base64 }) },
    'data URI form': { body: new URLSearchParams({ image: `data:image/jpeg;base64,${base64}` }) },
    json: { body: JSON.stringify({ image: base64 }), headers: { 'content-type': 'application/json; charset=utf-8' } },
    'json with a URL': { body: JSON.stringify({ Image: imageUrl }), headers: { 'content-type': 'application/json' } }
  }
  for (const [way, init] of Object.entries(ways)) {
    const answer = await fetch(url, { method: 'POST', ...init, headers: { ...headers, ...init.headers } })
    t.same(await answer.json(), { content, code: '0', message: 'ok' }, way)
  }
  const answer = await fetch(`${url}?${new URLSearchParams({ image: imageUrl })}`, { headers })
  t.same(await answer.json(), { content, code: '0', message: 'ok' }, 'URL in the query of a GET')
})

t.test('Python\'s urllib', async t => {
  if (!await has(t, 'python3', '--version')) return
  const setting = await setUp(t)
  writeFileSync(`${setting.dir}/client.py`, PYTHON)
  const { stdout } = await run('python3', [`${setting.dir}/client.py`, setting.url, setting.imageUrl, JSON.stringify(setting.headers), `${setting.dir}/photo`])
  const answers = JSON.parse(stdout) as Record<string, unknown>
  t.equal(Object.keys(answers).length, 6)
  for (const [way, answer] of Object.entries(answers)) t.same(answer, { content: setting.content, code: '0', message: 'ok' }, way)
})

t.test('Java\'s HttpClient', async t => {
  if (!await has(t, 'java', '--version')) return
  const { url, imageUrl, headers, content, dir } = await setUp(t)
  writeFileSync(`${dir}/Client.java`, JAVA)
  const { stdout } = await run('java', ['-XX:TieredStopAtLevel=1', `${dir}/Client.java`, url, imageUrl, headers.userName ?? '', headers.token ?? '', `${dir}/photo`])
  const answers = stdout.trim().split('\n')
  t.equal(answers.length, 5)
  for (const line of answers) {
    const [way = '', answer = ''] = line.split('\t')
    t.same(JSON.parse(answer), { content, code: '0', message: 'ok' }, way)
  }
})

const PYTHON = String.raw`
import base64, json, sys, urllib.parse, urllib.request
url, image_url, headers, photo = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), open(sys.argv[4], 'rb').read()
b64 = base64.b64encode(photo).decode()

def ask(data=None, query='', **more):
    return json.load(urllib.request.urlopen(urllib.request.Request(url + query, data, {**headers, **more})))

def form(**fields):
    return urllib.parse.urlencode(fields).encode()

part = (b'--b0\r\nContent-Disposition: form-data; name="image"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + photo + b'\r\n--b0--\r\n')
bare = (b'--b0\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: image/jpeg\r\n\r\n' + photo + b'\r\n--b0--\r\n')
multipart = {'Content-Type': 'multipart/form-data; boundary=b0'}
print(json.dumps({
    'URL form': ask(form(image=image_url)),
    'URL in the query of a GET': ask(query='?' + urllib.parse.urlencode({'image': image_url})),
    'base64 form': ask(form(image=b64)),
    'file': ask(part, **multipart),
    'file part without a filename': ask(bare, **multipart),
    'json': ask(json.dumps({'image': 'data:image/jpeg;base64,' + b64}).encode(), **{'Content-Type': 'application/json'}),
}))
`

const JAVA = String.raw`
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.*;
import java.nio.file.*;
import java.util.Base64;
import static java.nio.charset.StandardCharsets.UTF_8;

public class Client {
  static HttpClient client = HttpClient.newHttpClient();
  static String[] args;

  static void ask(String way, String query, String type, byte[] body) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(args[0] + query)).header("userName", args[2]).header("token", args[3]);
    if (type != null) request.header("Content-Type", type);
    request = body == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofByteArray(body));
    System.out.println(way + "\t" + client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
  }

  public static void main(String[] arguments) throws Exception {
    args = arguments;
    byte[] photo = Files.readAllBytes(Path.of(args[4]));
    String base64 = Base64.getEncoder().encodeToString(photo);
    String form = "application/x-www-form-urlencoded";
    ask("URL form", "", form, ("image=" + URLEncoder.encode(args[1], UTF_8)).getBytes(UTF_8));
    ask("URL in the query of a GET", "?image=" + URLEncoder.encode(args[1], UTF_8), null, null);
    ask("base64 form", "", form, ("image=" + URLEncoder.encode(base64, UTF_8)).getBytes(UTF_8));
    ask("json", "", "application/json", ("{\"image\":\"" + base64 + "\"}").getBytes(UTF_8));
    var multipart = new ByteArrayOutputStream();
    multipart.write("--b0\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n".getBytes(UTF_8));
    multipart.write(photo);
    multipart.write("\r\n--b0--\r\n".getBytes(UTF_8));
    ask("file", "", "multipart/form-data; boundary=b0", multipart.toByteArray());
  }
}
`
