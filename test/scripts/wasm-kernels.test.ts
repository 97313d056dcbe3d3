import t from 'tap'
import { readFileSync, readdirSync } from 'node:fs'
import wabt from 'wabt'
import { ROOT } from '../places.js'

t.test('each WebAssembly kernel is what its source compiles to', async t => {
  const { parseWat } = await wabt()
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.wat'))
  t.ok(sources.length >= 2)
  for (const path of sources) {
    const module = parseWat(path, readFileSync(`${ROOT}src/${path}`, 'utf8'), { simd: true })
    const written = readFileSync(`${ROOT}src/${path.replace(/\.wat$/, '-binary.ts')}`, 'utf8')
    const base64 = [...written.matchAll(/^ {2}'([^']+)'/gm)].map(([, part]) => part).join('')
    t.equal(Buffer.from(module.toBinary({}).buffer).toString('base64'), base64, `${path}: run node scripts/wasm-kernels.mjs`)
  }
})
