// The real server as a process of its own, with an empty data folder, and a client that asks it by HTTP.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The program. */
export const MAIN = fileURLToPath(new URL('../../dist/compute-api.cjs', import.meta.url))

const ADMIN = { login: 'eval', password: 'a password for a minute', apiKey: 'an-api-key-for-a-minute-only' }
// On a machine that is busy with other things a start takes its time.
const READY_TIMEOUT_MS = 300_000
const ANSWER_TIMEOUT_MS = 300_000

/** The service does not offer what was asked, with the reason. */
export class NotOffered extends Error {}

/** The environment without settings of the server that happen to be set. */
export function cleanEnvironment () {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COMPUTE_')))
}

/** Makes an empty folder that `remove` takes away. */
export function temporaryFolder () {
  const path = mkdtempSync(join(tmpdir(), 'compute-eval-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * Starts the server and signs in.
 * @param {{ dataDir: string, env: Record<string, string>, wrap?: string[], main?: string }} options `wrap`: a command that runs the one that follows it, in the same process
 */
export async function startService ({ dataDir, env, wrap = [], main = MAIN }) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const [command, ...args] = [...wrap, process.execPath, main, 'serve']
  const child = spawn(command, args, {
    env: {
      ...cleanEnvironment(),
      COMPUTE_DATA_DIR: dataDir,
      COMPUTE_HOST: '127.0.0.1',
      COMPUTE_PORT: String(port),
      COMPUTE_LOG_LEVEL: 'warn',
      COMPUTE_REQUEST_TIMEOUT: '5m',
      // A busy machine is not to end a search early: how far it gets is not what is measured.
      COMPUTE_MATCH_DEADLINE: '2m',
      COMPUTE_ADMIN_LOGIN: ADMIN.login,
      COMPUTE_ADMIN_PASSWORD: ADMIN.password,
      COMPUTE_ADMIN_API_KEY: ADMIN.apiKey,
      ...env
    },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => { said = (said + text).slice(-4000) })
  const ended = once(child, 'exit').then(([code]) => { throw new Error(`the server ended with ${code}: ${said}`) })
  ended.catch(() => {})
  await Promise.race([ended, ready(origin)])
  const { token } = await content(await fetch(`${origin}/compute/v1/image/getToken`, {
    method: 'POST', headers: { Apikey: ADMIN.apiKey }, body: new URLSearchParams({ login: ADMIN.login, password: ADMIN.password })
  }))
  const headers = { userName: ADMIN.login, token: token.access_token }
  const offered = await functionsOf(origin)

  return {
    origin,
    offered,
    pid: child.pid,
    /** What every request carries. */
    headers,
    /** Rejects when the process ends. */
    ended,
    /** Which models there are, where the server tells. */
    models: async () => {
      const answer = await fetch(`${origin}/compute/v1/models`, { headers })
      return answer.ok ? (await answer.json()).content : undefined
    },
    /** CPU seconds of the whole process so far. */
    async cpuSeconds () {
      const text = await (await fetch(`${origin}/metrics`)).text()
      return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1])
    },
    /**
     * @param {string} name of the function
     * @param {Record<string, string | URL | Buffer>} images files or bytes by parameter
     * @param {Record<string, string>} parameters
     * @returns the content of the answer
     */
    async ask (name, images, parameters) {
      const form = new FormData()
      for (const [key, image] of Object.entries(images)) form.append(key, new Blob([Buffer.isBuffer(image) ? image : readFileSync(image)]), 'image')
      for (const [key, value] of Object.entries(parameters)) form.append(key, value)
      const asked = fetch(`${origin}/compute/v1/image/${name}`, { method: 'POST', headers, body: form, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
      return await content(await Promise.race([ended, asked]))
    },
    async stop () {
      child.kill('SIGTERM')
      await ended.catch(() => {})
    }
  }
}

async function content (answer) {
  const text = await answer.text()
  const body = JSON.parse(text)
  if (body.code === '-5031') throw new NotOffered(body.message)
  if (body.code !== '0') throw new Error(`the service answered ${answer.status}, ${text.slice(0, 300)}`)
  return body.content
}

async function functionsOf (origin) {
  const { paths } = await (await fetch(`${origin}/docs/json`)).json()
  return new Set(Object.keys(paths).map(path => path.split('/').at(-1)))
}

async function ready (origin) {
  const startedMs = performance.now()
  while (performance.now() - startedMs < READY_TIMEOUT_MS) {
    if (await fetch(`${origin}/readyz`).then(answer => answer.ok, () => false)) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`the server was not ready after ${READY_TIMEOUT_MS / 1000} s`)
}

function freePort () {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
