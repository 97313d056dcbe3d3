// `npm run build` and the build before `npm start`, in a folder with one model and a compiler that only copies.
import t from 'tap'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { emptyFolder, rowOf, spoil, writeModels } from '../convert/package-models.js'
import { ROOT } from '../places.js'

const folder = emptyFolder(t)
const packages = join(folder, 'node_modules')
const compiler = join(packages, 'typescript')
prepare()

function prepare (): void {
  for (const name of readdirSync(join(ROOT, 'src'), { recursive: true }).map(String).filter(name => /^(convert|runtime)\/.*\.ts$/.test(name))) {
    const { outputText } = ts.transpileModule(readFileSync(join(ROOT, 'src', name), 'utf8'), { compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true } })
    write(`src/${name.replace(/\.ts$/, '.js')}`, outputText)
  }
  write('src/compute-api.cjs', '')
  write('tsconfig.json', '{}')
  for (const name of ['scripts/build.mjs', 'package.json', 'package-lock.json']) cpSync(join(ROOT, name), join(folder, name))
  writeModels(folder, [rowOf('emotion')])
  write('node_modules/typescript/package.json', '{"name":"typescript"}')
  write('node_modules/typescript/bin/tsc', 'const root = process.argv[3]; require("node:fs").cpSync(root + "src", root + "dist", { recursive: true })')
  for (const name of ['typebox', 'onnx-buf', '@bufbuild']) symlinkSync(join(ROOT, 'node_modules', name), join(packages, name))
}

function write (name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

function build (...args: string[]): { code: number | null, out: string, err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'scripts/build.mjs'), ...args], { env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

t.test('without the package the build compiles, says what is missing and fails', async t => {
  const { code, err } = build()
  t.equal(code, 1)
  t.match(err, /^Model emotion: emotion\.onnx could not be made\. The package @vladmandic\/human 3\.3\.6 is not installed\. Run `npm ci`/)
  t.ok(existsSync(join(folder, 'dist/compute-api.cjs')))
})

t.test('the start says the same and goes on', async t => {
  const { code, err } = build('--if-older')
  t.equal(code, 0)
  t.match(err, /emotion\.onnx could not be made/)
})

t.test('with the package the start makes the model and compiles nothing', async t => {
  mkdirSync(join(packages, '@vladmandic'))
  symlinkSync(join(ROOT, 'node_modules/@vladmandic/human'), join(packages, '@vladmandic/human'))
  const compiled = statSync(join(folder, 'dist/compute-api.cjs')).mtimeMs
  const { code, out, err } = build('--if-older')
  t.same([code, err], [0, ''])
  t.match(out, /^Model emotion: emotion\.onnx made in \d+ ms\n$/)
  t.equal(statSync(join(folder, 'dist/compute-api.cjs')).mtimeMs, compiled)
})

t.test('where everything is there the start says nothing', async t => {
  t.same(build('--if-older'), { code: 0, out: '', err: '' })
})

t.test('a build makes a spoilt model again, keeps a good one, and leaves no old code', async t => {
  spoil(join(folder, 'dist/models/emotion.onnx'))
  writeFileSync(join(folder, 'dist/old.js'), '')
  t.match(build(), { code: 0, out: /^Model emotion: emotion\.onnx made in/ })
  t.match(build(), { code: 0, out: 'Model emotion: emotion.onnx is up to date\n' })
  t.same(readdirSync(join(folder, 'dist')).sort(), ['.built', 'compute-api.cjs', 'convert', 'models', 'runtime'])
})

t.test('without the compiler a start takes what there is, and a build says what to install', async t => {
  renameSync(compiler, `${compiler}-away`)
  spoil(join(folder, 'dist/models/manifest.json'))
  t.same(build('--if-older'), { code: 0, out: '', err: '' })
  t.match(build(), { code: 1, err: /The TypeScript compiler is not installed: run `npm ci`/ })
  t.ok(existsSync(join(folder, 'dist/compute-api.cjs')), 'and takes nothing away')
})
