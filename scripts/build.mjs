// Compiles src/ into dist/, bundles the console's page in dist/console/ and makes the embedded models in dist/models/. With
// --if-older only what is older than its sources, and nothing where the compiler is not installed (production installs run
// what was built).
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}dist/.built`
const onlyIfOlder = process.argv.includes('--if-older')

if (onlyIfOlder) {
  if (isFresh() && modelsAreThere()) process.exit(0)
  if (compiler() === undefined) {
    if (existsSync(`${root}dist/compute-api.cjs`)) process.exit(0)
    console.error('There is no build, and this install has no compiler to make one: run `npm ci` (with development dependencies) and `npm run build`.')
    process.exit(1)
  }
}
if (!onlyIfOlder || !isFresh()) await compile()
const complete = await buildModels()
// A start goes on without a model: what needs it says so, everything else works.
process.exitCode = complete || onlyIfOlder ? 0 : 1

async function compile () {
  const tsc = compiler()
  if (tsc === undefined) {
    console.error('The TypeScript compiler is not installed: run `npm ci` (with development dependencies) first.')
    process.exit(1)
  }
  // The models are kept: each is made again only where its digest is not the manifest's.
  for (const name of existsSync(`${root}dist`) ? readdirSync(`${root}dist`) : []) {
    if (name !== 'models') rmSync(`${root}dist/${name}`, { recursive: true, force: true })
  }
  const { status } = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  if (existsSync(`${root}src/console`)) {
    const { buildConsole } = await import('./build-console.mjs')
    await buildConsole({ source: `${root}src/console/`, target: `${root}dist/console/` })
  }
  writeFileSync(stamp, '')
}

async function buildModels () {
  const { buildModels } = await import(new URL('../dist/convert/build-models.js', import.meta.url).href)
  const { findPackageFrom } = await import(new URL('../dist/convert/package-files.js', import.meta.url).href)
  const files = buildModels({ sourceFolder: `${root}models`, targetFolder: `${root}dist/models`, findPackage: findPackageFrom(root) })
  for (const { model, file, state, durationMs, fault } of files) {
    if (state === 'failed') console.error(`Model ${model}: ${file} could not be made. ${fault}`)
    else console.log(`Model ${model}: ${file} ${state === 'made' ? `made in ${Math.round(durationMs)} ms` : 'is up to date'}`)
  }
  return files.every(file => file.state !== 'failed')
}

function compiler () {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc')
  } catch {
    return undefined
  }
}

function isFresh () {
  if (!existsSync(stamp)) return false
  const built = statSync(stamp).mtimeMs
  const sources = readdirSync(`${root}src`, { recursive: true }).map(name => `${root}src/${name}`)
  return [...sources, `${root}tsconfig.json`, `${root}package-lock.json`].every(path => statSync(path).mtimeMs <= built)
}

// By name and length, which is quick; the full build and the server's start look at the digests.
function modelsAreThere () {
  const manifest = readFileSync(`${root}models/manifest.json`, 'utf8')
  const built = `${root}dist/models`
  if (!existsSync(`${built}/manifest.json`) || readFileSync(`${built}/manifest.json`, 'utf8') !== manifest) return false
  const files = JSON.parse(manifest).models.filter(model => model.set === 'embedded').flatMap(model => model.files)
  return files.every(({ file, bytes }) => statSync(`${built}/${file}`, { throwIfNoEntry: false })?.size === bytes)
}
