// The program in processes of its own, for what only real processes can show: the real
// main as it was built, and an entry whose `serve` makes the first account and ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Test } from 'tap'
import { ROOT } from '../places.js'

const ENTRY = `
import { resolve } from 'node:path'
import { writeSync } from 'node:fs'
import { ensureFirstAccount, firstStartText } from '${ROOT}dist/accounts/first-start.js'
import { openSqliteStore } from '${ROOT}dist/accounts/sqlite-account-store.js'
import { createProgram } from '${ROOT}dist/cli/program.js'

const dataDirOf = env => resolve(env.COMPUTE_DATA_DIR || './data')
async function serve (env) {
  const store = await openSqliteStore(dataDirOf(env))
  await ensureFirstAccount({
    store,
    tokenTtlS: 1209600,
    declared: { login: env.COMPUTE_ADMIN_LOGIN, password: env.COMPUTE_ADMIN_PASSWORD, apiKey: env.COMPUTE_ADMIN_API_KEY },
    announce: credentials => {
      writeSync(1, firstStartText(credentials, 'http://localhost:8080'))
      if (env.TEST_KILL === 'announced') process.kill(process.pid, 'SIGKILL')
    }
  })
  await store.close()
  return 0
}
async function createKeysForever (env) {
  for (;;) await createProgram({ ...streams, serve, health: serve }).run(['key', 'create', '--name', 'loop'])
}
const modelSettingsOf = env => ({ modelsDir: resolve(dataDirOf(env), 'models'), models: 'auto' })
const streams = { env: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, dataDirOf, modelSettingsOf }
if (process.argv[2] === 'create-keys-forever') await createKeysForever(process.env)
else process.exitCode = await createProgram({ ...streams, serve, health: async () => ({ ok: false, url: 'http://127.0.0.1:1/readyz', detail: 'no answer' }) }).run(process.argv.slice(2))
`

/** What a process left behind. */
export interface Outcome {
  /** Null after a signal. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramProcesses {
  /** Starts the program with COMPUTE_DATA_DIR and more variables; the entry `compute-api.cjs` is the real one. */
  start (args: readonly string[], env?: Readonly<Record<string, string>>, entry?: 'entry.js' | 'compute-api.cjs'): ChildProcess
  /** Runs it to its end. */
  run (args: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Outcome>
  readonly dataDir: string
  readonly folder: string
}

/** Prepares the program for a test. */
export function prepareProgram (t: Test): ProgramProcesses {
  const folder = t.testdir()
  writeFileSync(join(folder, 'entry.js'), ENTRY)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const dataDir = join(folder, 'data')

  const start: ProgramProcesses['start'] = (args, env = {}, entry = 'entry.js') => {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:COMPUTE_|_?TAP)/.test(name)))
    // tap loads itself into every child through NODE_OPTIONS, which takes a second; the children are plain JavaScript.
    return spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, entry === 'entry.js' ? join(folder, entry) : `${ROOT}dist/${entry}`, ...args], {
      cwd: dirname(dataDir), env: { ...inherited, COMPUTE_DATA_DIR: dataDir, ...env }
    })
  }
  return {
    folder,
    dataDir,
    start,
    async run (args, env, input = '') {
      const child = start(args, env)
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
      return await outcomeOf(child)
    }
  }
}

/** Waits for a process to end. */
export async function outcomeOf (child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, stdout, stderr }))
  })
}
