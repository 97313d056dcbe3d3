// Compiles each NAME.wat below src/ into NAME-binary.ts beside it; a test keeps them together.
//   node scripts/wasm-kernels.mjs
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url))
const { parseWat } = await wabt()

for (const path of readdirSync(SOURCES, { recursive: true }).filter(path => path.endsWith('.wat'))) {
  const name = basename(path, '.wat')
  const module = parseWat(path, readFileSync(SOURCES + path, 'utf8'), { simd: true })
  module.validate()
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  writeFileSync(SOURCES + path.replace(/\.wat$/, '-binary.ts'), [
    `// ${name}.wat, compiled by scripts/wasm-kernels.mjs: do not edit.`,
    '',
    '/** The WebAssembly module, in base64. */',
    `export const ${name.toUpperCase().replaceAll('-', '_')}_BINARY =`,
    ...base64.match(/.{1,110}/g).map((line, index, lines) => `  '${line}'${index < lines.length - 1 ? ' +' : ''}`),
    ''
  ].join('\n'))
}
