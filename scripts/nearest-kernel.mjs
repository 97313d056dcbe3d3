// Compiles src/matching/nearest.wat into src/matching/nearest-binary.ts; a test keeps the two together.
//   node scripts/nearest-kernel.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import wabt from 'wabt'

const source = new URL('../src/matching/nearest.wat', import.meta.url)
const { parseWat } = await wabt()
const module = parseWat('nearest.wat', readFileSync(source, 'utf8'), { simd: true })
module.validate()
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
writeFileSync(new URL('../src/matching/nearest-binary.ts', import.meta.url), [
  '// nearest.wat, compiled by scripts/nearest-kernel.mjs: do not edit.',
  '',
  '/** The WebAssembly module, in base64. */',
  'export const NEAREST_BINARY =',
  ...base64.match(/.{1,110}/g).map((line, index, lines) => `  '${line}'${index < lines.length - 1 ? ' +' : ''}`),
  ''
].join('\n'))
