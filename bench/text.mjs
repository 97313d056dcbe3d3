// What textDetection costs: a photograph of signs beside the detector's own run, a dense page beside Tesseract's command
// line, where the time goes, how dense pages in a dozen fonts are read, and the memory of a worker; words in noise; how each
// reader does alone, and Tesseract on whole pictures.
//   node bench/text.mjs [PART…] [--rounds N]
// Parts: photographs, page, dense, memory, noise, alone; all if none is named, and what is not measured keeps its figures.
// CPU times of the whole process with its threads (process.cpuUsage), one picture at a time, one thread of a kind, in
// interleaved rounds. Needs ../shared/images, and `tesseract` (Debian: tesseract-ocr, tesseract-ocr-fra) for its rows;
// says so where they are absent.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { alone } from './text/alone.mjs'
import { dense } from './text/dense.mjs'
import { memory } from './text/memory.mjs'
import { noise } from './text/noise.mjs'
import { page, photographs } from './text/cost.mjs'

const RESULTS = fileURLToPath(new URL('results/text.json', import.meta.url))
const PARTS = { photographs, page, dense, memory, noise, alone }

const { values: { rounds }, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '3' } } })
if (!existsSync(new URL('../../shared/images/', import.meta.url))) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}
for (const name of positionals) if (!(name in PARTS)) throw new Error(`There is no part ${name}; there are ${Object.keys(PARTS).join(', ')}.`)
for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
  const figures = await PARTS[name]({ rounds: Number(rounds) })
  console.log(name, JSON.stringify(figures, null, 1))
  const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
  // After each part: the whole takes minutes.
  writeFileSync(RESULTS, `${JSON.stringify({ ...before, command: 'node bench/text.mjs', node: process.version, cpu: cpus()[0].model, [name]: { date: new Date().toISOString().slice(0, 10), ...figures } }, null, 2)}\n`)
}
