// Runs the tests, or those named (`npm test -- test/wire/envelope.test.ts`), against the build: compiling once costs
// seconds, compiling in each of a hundred processes and all their threads costs minutes. What stands in dist-test/ mirrors
// the project, so that `../src` of a test is what ships: dist/.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { report } from '@tapjs/reporter'
import { TapFile, t } from 'tap'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = `${root}dist-test/`
const JOBS = 2
// Of one subtest that waits, and of a process that does not even notice that.
const TEST_TIMEOUT_S = 120
const PROCESS_TIMEOUT_S = 600
// A test reaches these by paths of its own.
const LINKS = { src: '../dist', bench: '../bench', scripts: '../scripts' }

/** One file of tests in a process of its own. */
class TestProcess extends TapFile {
  constructor (options) {
    super({ ...options, tapStream: new PassThrough() })
  }

  main (done) {
    super.main(done)
    const child = spawn(process.execPath, ['--enable-source-maps', this.name], {
      cwd: root,
      env: { ...process.env, TAP: '1', TAP_CHILD_ID: '1', TAP_TIMEOUT: String(TEST_TIMEOUT_S) },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: PROCESS_TIMEOUT_S * 1000,
      killSignal: 'SIGKILL'
    })
    child.stdout.pipe(this.tapStream, { end: false })
    child.once('close', (code, signal) => {
      // What failed within says so itself.
      if ((code !== 0 || signal !== null) && this.parser.ok) {
        this.tapStream.write(`not ok - the process ended by ${signal ?? `exit status ${code}`}\n`)
        this.parser.ok = false
      }
      this.tapStream.end()
    })
  }
}

const { status: built } = spawnSync(process.execPath, [`${root}scripts/build.mjs`, '--if-older'], { stdio: 'inherit' })
if (built !== 0) process.exit(built ?? 1)
compileTests()
const args = process.argv.slice(2)
if (args.includes('--coverage')) process.exitCode = tapRun('--no-disable-coverage', `--jobs=${JOBS}`, `--timeout=${TEST_TIMEOUT_S}`, ...namedTests())
else await runTests(namedTests())

function namedTests () {
  return args.filter(arg => !arg.startsWith('--')).map(arg => arg.replace(/^(?:\.\/)?test(?=\/)/, 'dist-test/test').replace(/\.ts$/, '.js'))
}

/** tap's own runner; it puts loaders for coverage and mocks into every process, and from there into every thread. */
function tapRun (...args) {
  return spawnSync(process.execPath, [`${root}node_modules/tap/dist/esm/run.mjs`, ...args], { stdio: 'inherit', cwd: root }).status ?? 1
}

/**
 * The files as subtests of one tap, each in a process of its own and nothing loaded there but what it imports: tap's runner
 * makes the whole take half as long again.
 */
async function runTests (named) {
  const files = named.length > 0 ? named.flatMap(filesBelow) : filesBelow('dist-test/test')
  if (files.length === 0) throw new Error(`There are no tests at ${named.join(', ')}.`)
  t.setTimeout(0)
  t.jobs = Math.min(JOBS, files.length)
  if (process.stdout.isTTY) report('terse', t, { get: () => undefined })
  t.plan(files.length)
  await Promise.all(files.map(file => t.sub(TestProcess, { name: file, buffered: true })))
}

function filesBelow (name) {
  if (!statSync(root + name).isDirectory()) return [name]
  return readdirSync(root + name, { recursive: true }).filter(entry => entry.endsWith('.test.js')).sort().map(entry => `${name}/${entry}`)
}

function compileTests () {
  const { compilerOptions } = ts.parseConfigFileTextToJson('tsconfig.json', readFileSync(`${root}tsconfig.json`, 'utf8')).config
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, module: 'es2022', moduleResolution: 'bundler', sourceMap: false, inlineSourceMap: true, inlineSources: true }, root)
  const wanted = new Set(readdirSync(`${root}test`, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile()).map(entry => `${entry.parentPath}/${entry.name}`.slice(root.length)))
  for (const name of wanted) {
    const output = `${target}${name.replace(/\.ts$/, '.js')}`
    if (existsSync(output) && statSync(output).mtimeMs > statSync(root + name).mtimeMs) continue
    mkdirSync(dirname(output), { recursive: true })
    if (!name.endsWith('.ts')) cpSync(root + name, output)
    else writeFileSync(output, ts.transpileModule(readFileSync(root + name, 'utf8'), { compilerOptions: options, fileName: root + name }).outputText)
  }
  for (const entry of readdirSync(`${target}test`, { recursive: true, withFileTypes: true })) {
    const name = `${entry.parentPath}/${entry.name}`.slice(target.length)
    if (entry.isFile() && !wanted.has(name) && !wanted.has(name.replace(/\.js$/, '.ts'))) rmSync(target + name)
  }
  for (const [name, to] of Object.entries(LINKS)) if (!existsSync(target + name)) symlinkSync(to, target + name)
}
