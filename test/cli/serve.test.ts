// The server as an operator runs it: a process that is started, asked, and stopped by signals.
import t from 'tap'
import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareProgram, outcomeOf } from './program-process.js'

const program = prepareProgram(t)
const photo = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

t.beforeEach(() => rmSync(program.dataDir, { recursive: true, force: true }))

interface Running {
  readonly child: ChildProcess
  readonly baseUrl: string
  readonly port: number
  output: () => string
  readonly ended: Promise<{ readonly code: number | null, readonly stdout: string, readonly stderr: string }>
}

/** Starts `serve` on a free port of the loopback address and waits until it says that it has started. */
async function serve (env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = program.start(['serve'], { COMPUTE_PORT: '0', COMPUTE_HOST: '127.0.0.1', ...env }, 'compute-api.cjs')
  let stdout = ''
  child.stdout?.on('data', (chunk: Buffer) => { stdout += chunk.toString() })
  const ended = outcomeOf(child)
  t.teardown(() => child.kill('SIGKILL'))
  for (;;) {
    const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]
    if (port !== undefined && stdout.includes('"msg":"started"')) return { child, port: Number(port), baseUrl: `http://127.0.0.1:${port}`, ended, output: () => stdout }
    if (child.exitCode !== null) throw new Error(`serve ended: ${JSON.stringify(await ended)}`)
    await sleep(20)
  }
}

function shown (output: string): { login: string, password: string, apiKey: string } {
  const value = (name: string): string => new RegExp(`^ +${name} +(\\S+)$`, 'm').exec(output)?.[1] ?? ''
  return { login: value('login'), password: value('password'), apiKey: value('API key') }
}

function logLines (output: string): Array<Record<string, unknown>> {
  return output.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
}

t.test('the first start prints an account that works, as plain text beside the JSON log, and the second nothing', async t => {
  const first = await serve()
  const { login, password, apiKey } = shown(first.output())
  t.ok(login && password && apiKey, 'login, password and key are printed')
  const answer = await fetch(`${first.baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login, password }) })
  t.match(await answer.json(), { code: '0' })
  first.child.kill('SIGTERM')
  t.equal((await first.ended).code, 0)
  const log = JSON.stringify(logLines(first.output()))
  t.notMatch(log, password)
  t.notMatch(log, apiKey)
  t.notMatch(log, /cpt_/)

  const second = await serve()
  t.equal(shown(second.output()).password, '')
  t.match(logLines(second.output()).find(line => line.msg === 'started'), { version: String, settings: { maxImageBytes: 20_000_000 } })
  second.child.kill('SIGINT')
  t.equal((await second.ended).code, 0)
})

t.test('a declared account needs no printing, and its secrets do not appear in the log', async t => {
  const password = 'tulip-bicycle-42'
  const apiKey = 'declared.key/of+any=form'
  writeFileSync(`${t.testdir()}/password`, `${password}\n`)
  const { baseUrl, output, child, ended } = await serve({ COMPUTE_ADMIN_LOGIN: 'chief', COMPUTE_ADMIN_PASSWORD_FILE: `${t.testdirName}/password`, COMPUTE_ADMIN_API_KEY: apiKey })
  const answer = await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login: 'chief', password }) })
  t.match(await answer.json(), { code: '0', content: { token: { userName: 'chief' } } })
  child.kill('SIGTERM')
  await ended
  t.notMatch(output(), /tulip|declared\.key/)
  t.match(logLines(output()).find(line => line.msg === 'started'), { settings: { adminLogin: 'chief', adminPassword: '(set)', adminApiKey: '(set)' } })
})

t.test('all faults of the settings are told at once, with exit code 2', async t => {
  const { code, stderr, stdout } = await outcomeOf(program.start(['serve'], { COMPUTE_PORT: 'http', COMPUTE_MAX_IMAGE_PIXELS: 'many', COMPUTE_FETCH_ALLOW: '10.0.0.0/64' }, 'compute-api.cjs'))
  t.equal(code, 2)
  t.match(stderr, /3 faults:\n {2}- COMPUTE_PORT .*\n {2}- COMPUTE_MAX_IMAGE_PIXELS .*\n {2}- COMPUTE_FETCH_ALLOW /)
  t.equal(stdout, '')
})

t.test('a port that is taken is a clear error', async t => {
  const { port, child, ended } = await serve()
  const second = await outcomeOf(program.start(['serve'], { COMPUTE_PORT: String(port), COMPUTE_HOST: '127.0.0.1' }, 'compute-api.cjs'))
  t.equal(second.code, 1)
  t.match(second.stderr, /could not start: it cannot listen on 127\.0\.0\.1, port \d+ \(COMPUTE_HOST .*EADDRINUSE/)
  child.kill('SIGTERM')
  await ended
})

t.test('SIGTERM turns readiness off first, then answers what is in flight, then ends', async t => {
  const { baseUrl, port, child, ended, output } = await serve({ COMPUTE_STOP_DELAY: '700ms' })
  const { login, password, apiKey } = shown(output())
  const answer = await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login, password }) })
  const { content: { token: { access_token: token } } } = await answer.json() as { content: { token: { access_token: string } } }
  t.equal((await fetch(`${baseUrl}/readyz`)).status, 200)

  // A request that is half sent when the signal comes.
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk: Buffer) => { received += chunk.toString() })
  const head = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
  const length = head.length + photo.length + '\r\n--b--\r\n'.length
  socket.write(`POST /compute/v1/image/colorPalette HTTP/1.1\r\nHost: x\r\ntoken: ${token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n${head}`)
  await sleep(100)
  child.kill('SIGTERM')
  await sleep(100)
  const ready = await fetch(`${baseUrl}/readyz`)
  t.equal(ready.status, 503)
  t.match(await ready.json(), { reason: 'stopping' })
  t.equal((await fetch(`${baseUrl}/livez`)).status, 200)
  await sleep(800)
  await t.rejects(fetch(`${baseUrl}/livez`), 'no new connections after the delay')
  socket.write(photo)
  socket.write('\r\n--b--\r\n')
  await once(socket, 'close')
  t.match(received, /^HTTP\/1\.1 200 .*"code":"0"/s)
  t.equal((await ended).code, 0)
})

t.test('a request whose headers are half sent does not hold up the stop', async t => {
  const { port, child, ended } = await serve()
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write('GET /livez HTTP/1.1\r\nHo')
  await sleep(200)
  const startedMs = performance.now()
  child.kill('SIGTERM')
  t.equal((await ended).code, 0)
  t.ok(performance.now() - startedMs < 5000)
})

t.test('health asks the server of this machine', async t => {
  const { port, child, ended } = await serve()
  const ask = async (env: Record<string, string>) => await outcomeOf(program.start(['health'], env, 'compute-api.cjs'))
  t.match(await ask({ COMPUTE_PORT: String(port), COMPUTE_HOST: '127.0.0.1' }), { code: 0, stdout: /^ready: / })
  child.kill('SIGTERM')
  await ended
  t.match(await ask({ PORT: String(port) }), { code: 1, stdout: /^not ready: .*ECONNREFUSED/ })
})
