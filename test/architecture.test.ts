// Keeps the map of CONTRIBUTING.md true: who may import whom. Changing this table is a design decision.
import t from 'tap'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ROOT } from './places.js'

const src = `${ROOT}src`

// Each room of the house with the rooms it may reach; everyone may use errors.ts.
const REACH: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'version.ts': [],
  imaging: [],
  labels: [],
  wire: [],
  runtime: ['imaging'],
  matching: ['imaging', 'runtime'],
  // Part of the build, not of the server: no room may reach it.
  convert: ['runtime'],
  // Part of the command line: the server never downloads, so nothing but the commands may reach it.
  pull: ['runtime'],
  accounts: [],
  intake: ['imaging', 'runtime'],
  engines: ['imaging', 'matching', 'runtime'],
  'setting-values.ts': [],
  'config.ts': ['setting-values.ts', 'intake', 'runtime'],
  services: ['engines', 'imaging', 'labels', 'intake', 'accounts', 'runtime', 'wire'],
  http: ['services', 'wire', 'accounts', 'intake', 'runtime', 'config.ts'],
  // A page for browsers, bundled by the build: of the server it knows the types of answers alone, and no room may reach it.
  console: ['wire'],
  'app.ts': ['http', 'services', 'engines', 'labels', 'matching', 'accounts', 'intake', 'runtime', 'config.ts', 'version.ts'],
  cli: ['app.ts', 'accounts', 'pull', 'runtime', 'config.ts', 'version.ts'],
  'main.ts': ['cli', 'config.ts'],
  'compute-api.cts': ['main.ts']
}

const files = readdirSync(src, { recursive: true }).map(String).filter(name => /\.(c?ts|tsx)$/.test(name) && !name.endsWith('.d.ts'))

function importsOf (file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(match => match[1] ?? '')
}

/** The source file that an import leads to. */
function targetOf (file: string, name: string): string {
  const target = relative(src, join(src, dirname(file), name)).replace(/\.js$/, '')
  return existsSync(join(src, `${target}.tsx`)) ? `${target}.tsx` : `${target}.ts`
}

function roomOf (file: string): string {
  return file.split('/')[0] ?? ''
}

t.test('nothing reaches up', async t => {
  t.ok(files.length > 30)
  for (const file of files) {
    const room = roomOf(file)
    const allowed = REACH[room]
    t.ok(allowed, `${room} stands on the map`)
    for (const name of importsOf(file).filter(name => name.startsWith('.'))) {
      const target = targetOf(file, name)
      const targetRoom = roomOf(target)
      if (targetRoom !== room && targetRoom !== 'errors.ts' && !target.startsWith('..')) {
        t.ok(allowed?.includes(targetRoom), `${file} may import ${target}`)
      }
    }
  }
})

t.test('engines never import each other', async t => {
  for (const file of files.filter(file => roomOf(file) === 'engines' && file.split('/').length === 2)) {
    for (const name of importsOf(file)) t.notMatch(name, /^\.\/[^/]+$/, `${file} imports ${name}`)
  }
})

t.test('no two files import each other in a circle', async t => {
  const graph = new Map(files.map(file => [file, importsOf(file)
    .filter(name => name.startsWith('.'))
    .map(name => targetOf(file, name))]))
  const done = new Set<string>()
  function visit (file: string, path: readonly string[]): void {
    if (path.includes(file)) t.fail(`circle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`)
    if (done.has(file) || path.includes(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

t.test('no file outgrows one subject, none is called after nothing', async t => {
  for (const file of files) {
    const lines = readFileSync(join(src, file), 'utf8').split('\n').length
    t.ok(lines <= 300, `${file} has ${lines} lines`)
    t.notMatch(file, /(^|\/)(utils?|helpers?|common|misc)[./]/)
  }
})

t.test('what runs needs no package that only the build has', async t => {
  const { dependencies } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as { dependencies: Record<string, string> }
  for (const file of files.filter(file => !['convert', 'console'].includes(roomOf(file)))) {
    for (const name of importsOf(file).filter(name => !name.startsWith('.') && !name.startsWith('node:'))) {
      const [scope = '', rest] = name.split('/')
      const packageName = scope.startsWith('@') ? `${scope}/${rest}` : scope
      t.ok(packageName in dependencies, `${file} imports ${packageName}, a dependency`)
    }
  }
})

t.test('the environment is read in one place', async t => {
  for (const file of files.filter(file => !['main.ts', 'compute-api.cts'].includes(file))) {
    t.notMatch(readFileSync(join(src, file), 'utf8'), /process\.env\b/, file)
  }
})

t.test('the page takes nothing but types from the server', async t => {
  for (const file of files.filter(file => roomOf(file) === 'console')) {
    for (const [line] of readFileSync(join(src, file), 'utf8').matchAll(/^.*from '(?:\.\.\/)+wire\/.*$/gm)) t.match(line, /^import type /, `${file}: ${line}`)
  }
})
