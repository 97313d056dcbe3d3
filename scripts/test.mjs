// Runs the tests, or those named (`npm test -- test/wire/envelope.test.ts`), against the build: compiling once costs
// seconds, compiling in each of a hundred processes and all their threads costs minutes. What stands in dist-test/ mirrors
// the project, so that `../src` of a test is what ships: dist/.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = `${root}dist-test/`
// A test reaches these by paths of its own.
const LINKS = { src: '../dist', bench: '../bench', scripts: '../scripts' }

const { status: built } = spawnSync(process.execPath, [`${root}scripts/build.mjs`, '--if-older'], { stdio: 'inherit' })
if (built !== 0) process.exit(built ?? 1)
compileTests()
const args = process.argv.slice(2).map(arg => arg.replace(/^(?:\.\/)?(test\/.*)\.ts$/, 'dist-test/$1.js'))
// tap builds itself anew where .taprc names other plugins than it was built with, but the run at hand still has the old ones:
// among them the loader that compiles in every process.
const COMPILER = '@tapjs/typescript'
if (readFileSync(`${root}node_modules/@tapjs/test/test-built/dist/esm/index.js`, 'utf8').includes(COMPILER)) tap('build')
process.exitCode = tap(...args)

function tap (...args) {
  return spawnSync(process.execPath, [`${root}node_modules/tap/dist/esm/run.mjs`, ...args], { stdio: 'inherit', cwd: root }).status ?? 1
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
