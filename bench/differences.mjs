// Quality and cost of imagesDifferences' engine, beside other ways to compare pictures.
//   node bench/differences.mjs [PART…] [--photographs N] [--pairs N]
// Parts: speed, onePixel, largePage, memory, regressions, boards, painted; all if none is named, and what is not measured
// keeps its figures. Needs ../shared/images; says so where they are absent.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { memory, speed } from './differences/cost.mjs'
import { boards, regressions } from './differences/known-pairs.mjs'
import { paintedFigures } from './differences/painted-figures.mjs'
import { largePage, onePixel } from './differences/screenshots.mjs'

const RESULTS = new URL('results/differences.json', import.meta.url)
const IMAGES = new URL('../../shared/images/', import.meta.url)
// Photographs and seeds that nothing was tuned on: what was, are the first fourteen of sal_osie with seeds from 1000 and
// the first eight of det_coco_val2017 with seeds from 2000.
const PHOTOGRAPHS = new URL('sal_scene500/images/', IMAGES)
const FIRST_SEED = 9000

const { values: { photographs, pairs }, positionals } = parseArgs({
  allowPositionals: true,
  options: { photographs: { type: 'string', default: '25' }, pairs: { type: 'string', default: '1000' } }
})
if (!existsSync(PHOTOGRAPHS)) {
  console.log('The evaluation pictures (../shared/images) are not here: nothing to measure.')
  process.exit(0)
}

const parts = {
  speed: () => speed(PHOTOGRAPHS),
  onePixel,
  largePage,
  memory: () => memory(PHOTOGRAPHS, Number(pairs)),
  regressions: () => regressions(IMAGES),
  boards: () => boards(IMAGES),
  painted: () => paintedFigures(PHOTOGRAPHS, { count: Number(photographs), peers: Math.min(12, Number(photographs)), firstSeed: FIRST_SEED })
}
for (const name of positionals) if (!(name in parts)) throw new Error(`There is no part ${name}; there are ${Object.keys(parts).join(', ')}.`)
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const figures = await parts[name]()
  console.log(name, JSON.stringify(figures, null, 1))
  const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
  // After each part: the whole takes minutes.
  writeFileSync(RESULTS, `${JSON.stringify({ ...before, command: 'node bench/differences.mjs', node: process.version, [name]: { date: new Date().toISOString().slice(0, 10), ...figures } }, null, 2)}\n`)
}
