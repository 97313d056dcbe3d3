// Measures every function that the running service offers on the evaluation pictures, in every configuration.
//   npm run eval [-- SET… --with CONFIGURATION,… --limit N --list]     writes bench/results/eval.json
// How sets are made stands in README.md beside this file.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CONFIGURATIONS, USUAL_CONFIGURATIONS, Unavailable } from './configurations.mjs'
import { absence, measureSet } from './measure-set.mjs'
import { NotOffered, startService, temporaryFolder } from './service.mjs'
import { printTable } from './table.mjs'

const RESULTS = fileURLToPath(new URL('../results/eval.json', import.meta.url))

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { with: { type: 'string' }, limit: { type: 'string' }, list: { type: 'boolean' } }
})
const sets = selected(await allSets(), positionals)
const configurations = (options.with ?? USUAL_CONFIGURATIONS.join(',')).split(',')
for (const name of configurations) if (!(name in CONFIGURATIONS)) fail(`There is no configuration ${name}; there are ${Object.keys(CONFIGURATIONS).join(', ')}.`)

if (options.list) {
  for (const { name, endpoint, folder } of sets) console.log(`${name.padEnd(28)} ${endpoint.padEnd(20)} ${folder}`)
  process.exit(0)
}

const skipped = []
const present = sets.filter(set => {
  const reason = absence(set)
  if (reason !== undefined) skipped.push(`${set.name}: ${reason}`)
  return reason === undefined
})
const measured = {}
const used = {}
if (present.length > 0) for (const name of configurations) await measureConfiguration(name)

printTable(present, measured, configurations)
for (const line of new Set(skipped)) console.log(`skipped, ${line}`)
if (options.limit === undefined && Object.keys(measured).length > 0) {
  writeFileSync(RESULTS, `${JSON.stringify(merged(), null, 2)}\n`)
  console.log('written: bench/results/eval.json')
}

async function measureConfiguration (configuration) {
  const folder = temporaryFolder()
  let service
  try {
    service = await startService({ dataDir: `${folder.path}/data`, ...await CONFIGURATIONS[configuration].prepare(folder.path) })
    for (const set of present) await measureOne(set, service, configuration)
    used[configuration] = { about: CONFIGURATIONS[configuration].about, ...loadedOf(await service.models()) }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    skipped.push(`${configuration}: ${error.message}`)
  } finally {
    await service?.stop()
    folder.remove()
  }
}

async function measureOne (set, service, configuration) {
  if (!service.offered.has(set.endpoint)) {
    skipped.push(`${set.name}: the service does not offer ${set.endpoint}`)
    return
  }
  process.stderr.write(`${configuration}: ${set.name} … `)
  try {
    const { pictures, cpuMsPerRequest, figures } = await measureSet(set, service, { limit: Number(options.limit ?? Infinity) })
    measured[set.name] ??= { endpoint: set.endpoint, folder: set.folder, about: set.about, pictures, configurations: {}, beside: set.beside, asked: set.asked }
    measured[set.name].configurations[configuration] = {
      date: new Date().toISOString().slice(0, 10), cpuMsPerRequest: rounded(cpuMsPerRequest), figures: mapValues(figures, rounded)
    }
    process.stderr.write(`${pictures} asked\n`)
  } catch (error) {
    if (!(error instanceof NotOffered)) {
      process.stderr.write('failed\n')
      console.error(`${set.name}, ${configuration}:`, error)
      process.exitCode = 1
      return
    }
    process.stderr.write('skipped\n')
    skipped.push(`${set.name}, ${configuration}: ${error.message}`)
  }
}

// What was not measured now keeps its figures, each with its own date.
function merged () {
  const before = readOr(RESULTS, { configurations: {}, sets: {} })
  const sets = { ...before.sets }
  for (const [name, set] of Object.entries(measured)) {
    sets[name] = { ...set, configurations: { ...before.sets[name]?.configurations, ...set.configurations } }
  }
  return {
    command: 'npm run eval',
    node: process.version,
    configurations: { ...before.configurations, ...mapEntries(used, (name, now) => ({ ...now, ...modelsOf(name, now, before) })) },
    sets: Object.fromEntries(Object.entries(sets).sort(([a], [b]) => a < b ? -1 : 1))
  }
}

// A run of some sets loads some of the models: those of the others were loaded for the figures that stay.
function modelsOf (name, { models }, before) {
  if (models === undefined) return {}
  return { models: [...new Set([...positionals.length > 0 ? before.configurations[name]?.models ?? [] : [], ...models])].sort() }
}

async function allSets () {
  const files = readdirSync(new URL('sets/', import.meta.url)).filter(file => file.endsWith('.mjs')).sort()
  return (await Promise.all(files.map(async file => (await import(new URL(`sets/${file}`, import.meta.url).href)).default))).flat()
}

function selected (sets, names) {
  for (const name of names) if (!sets.some(set => matches(set, name))) fail(`There is no set or function ${name}; \`npm run eval -- --list\` lists them.`)
  return names.length === 0 ? sets : sets.filter(set => names.some(name => matches(set, name)))
}

function matches (set, name) {
  return set.name.startsWith(name) || set.endpoint === name
}

function loadedOf (answer) {
  const models = answer?.models?.filter(model => model.loaded).map(model => model.id)
  return models === undefined ? {} : { models }
}

function readOr (path, otherwise) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return otherwise
    throw error
  }
}

function mapEntries (object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]))
}

function mapValues (object, map) {
  return mapEntries(object, (_, value) => map(value))
}

function rounded (value) {
  return Math.round(value * 1000) / 1000
}

function fail (message) {
  console.error(message)
  process.exit(2)
}
