// Bundles the console's page from src/console/ into dist/console/, with compressed copies beside what compresses.
import { build } from 'esbuild'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/**
 * @param {{ source: string, target: string }} folders both with a slash at their ends; the target is made anew
 */
export async function buildConsole ({ source, target }) {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  await build({
    entryPoints: { console: `${source}main.tsx`, style: `${source}styles/console.css` },
    outdir: target,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning'
  })
  for (const name of ['index.html', 'icon.svg']) cpSync(source + name, target + name)
  for (const name of readdirSync(`${source}samples`).filter(name => /\.(jpg|png)$/.test(name))) {
    cpSync(`${source}samples/${name}`, `${target}samples/${name}`)
  }
  for (const name of readdirSync(target).filter(name => /\.(html|js|css|svg)$/.test(name))) {
    const bytes = readFileSync(target + name)
    writeFileSync(`${target}${name}.gz`, gzipSync(bytes, { level: 9 }))
    writeFileSync(`${target}${name}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
  }
}
