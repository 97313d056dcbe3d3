// Compiles src/ into dist/. With --if-older only where dist/ is older than its sources, and not at all where the
// compiler is not installed (production installs run what was built).
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}dist/.built`

if (process.argv.includes('--if-older')) {
  if (isFresh()) process.exit(0)
  if (compiler() === undefined) {
    if (existsSync(`${root}dist/compute-api.cjs`)) process.exit(0)
    console.error('There is no build, and this install has no compiler to make one: run `npm ci` (with development dependencies) and `npm run build`.')
    process.exit(1)
  }
}

const tsc = compiler()
if (tsc === undefined) {
  console.error('The TypeScript compiler is not installed: run `npm ci` (with development dependencies) first.')
  process.exit(1)
}
rmSync(`${root}dist`, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
writeFileSync(stamp, '')

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
