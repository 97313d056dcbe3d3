// What the server promises under attack, overload, faults and hours of load, tried on the real server by command.
//   npm run torture -- NAME… [--scale .1]      writes bench/results/torture.json; without a name it lists them
// A torture is a file beside this one that exports `about` and `run`, which gives rows of what was asked and what was
// measured. `--scale` makes fewer of everything; then nothing is written.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const FOLDER = fileURLToPath(new URL('tortures/', import.meta.url))
const RESULTS = fileURLToPath(new URL('../results/torture.json', import.meta.url))

const { values: { scale: scaleText = '1' }, positionals } = parseArgs({ allowPositionals: true, options: { scale: { type: 'string' } } })
const names = readdirSync(FOLDER).filter(name => name.endsWith('.mjs')).map(name => name.slice(0, -4))
if (positionals.length === 0) {
  for (const name of names) console.log(`${name.padEnd(12)} ${(await import(`${FOLDER}${name}.mjs`)).about}`)
  process.exit(0)
}
for (const name of positionals) if (!names.includes(name)) throw new Error(`there is no torture ${name}; there are ${names.join(', ')}`)
const scale = Number(scaleText)
let kept = true
for (const name of positionals) kept = await torment(name) && kept
process.exitCode = kept ? 0 : 1

async function torment (name) {
  const { about, run } = await import(`${FOLDER}${name}.mjs`)
  console.log(`${name}: ${about}`)
  const startedMs = performance.now()
  const { rows, ...details } = await run({ scale, note: text => console.log(`  ${text}`) })
  for (const { asked, measured, holds } of rows) console.log(`${holds ? '  ok  ' : '  MISS'} ${asked}: ${measured}`)
  if (scale === 1) {
    const all = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
    all[name] = {
      about,
      date: new Date().toISOString().slice(0, 10),
      command: `npm run torture -- ${name}`,
      tookS: Math.round((performance.now() - startedMs) / 1000),
      machine: `${cpus()[0]?.model.trim()}, ${availableParallelism()} usable`,
      node: process.version,
      rows,
      ...details
    }
    writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(Object.entries(all).sort()), null, 2)}\n`)
  }
  return rows.every(({ holds }) => holds)
}
