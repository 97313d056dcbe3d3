// What HTTP and threads cost: CPU time per request of the server against bare node:http and bare Fastify, and of every
// function against the same work in a bare process. Rounds are interleaved and every figure is the median over rounds, so
// that a noisy machine shifts all subjects alike; quote the ratios.
//   npm run bench [-- FUNCTION…]      about two minutes a function; writes bench/results/http.json
// BENCH_ROUNDS sets the rounds. A function joins by an entry in FUNCTIONS here and its work in subject.mjs.
import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { samplePhoto } from './sample-photo.mjs'

const RESULTS = fileURLToPath(new URL('results/http.json', import.meta.url))
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7)
const SMALL = { count: 3000, concurrency: 8 }

// `asked`: the least share of a request's CPU time that is to be the work itself. `parts`: pieces of that work. A request
// is counted so many times in a round.
const FUNCTIONS = {
  colorPalette: { asked: 0.6, count: 120, parts: { 'decode alone': 1, 'quantise alone': 5 } },
  objectsDetection: { asked: 0.8, count: 24, parts: { 'decode alone': 1, 'net alone': 1 } }
}
const wanted = process.argv.slice(2)
for (const name of wanted) if (!(name in FUNCTIONS)) throw new Error(`${name} has no entry; there are ${Object.keys(FUNCTIONS).join(', ')}`)
const functions = Object.entries(FUNCTIONS).filter(([name]) => wanted.length === 0 || wanted.includes(name))
const CONCURRENCY = 4

const photo = await samplePhoto()
const boundary = 'bench-boundary'
const multipart = Buffer.concat([
  Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`),
  photo,
  Buffer.from(`\r\n--${boundary}--\r\n`)
])

const subjects = {}
for (const name of ['node:http', 'fastify', 'receive', 'server', 'in-process']) subjects[name] = await start(name)
const agent = new Agent({ connections: 16, pipelining: 1 })

const get = subject => ({ subject, path: '/livez', method: 'GET', ...SMALL })
const post = (subject, name, count) => ({
  subject,
  path: `/compute/v1/image/${name}`,
  method: 'POST',
  headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, token: subjects[subject].token ?? 'any' },
  body: multipart,
  count,
  concurrency: CONCURRENCY
})
const rows = {
  'bare node:http, /livez': () => loadMs(get('node:http')),
  'bare Fastify, /livez': () => loadMs(get('fastify')),
  'this server, /livez': () => loadMs(get('server')),
  'receive only, 530 KB multipart': () => loadMs(post('receive', 'colorPalette', 120)),
  ...Object.fromEntries(functions.flatMap(([name, { count, parts }]) => [
    [`${name}, 530 KB multipart`, () => loadMs(post('server', name, count))],
    [`${name} in a bare process`, () => workMs(name, Math.ceil(count / 2))],
    ...Object.entries(parts).map(([part, times]) => [`${name}: ${part}`, () => workMs(`${name}: ${part}`, Math.ceil(count / 2) * times)])
  ]))
}

const samples = Object.fromEntries(Object.keys(rows).map(name => [name, []]))
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, measure] of Object.entries(rows)) {
    const ms = await measure()
    if (round >= 0) samples[name].push(ms)
  }
}
const livez = await livezUnderLoad()
for (const { child } of Object.values(subjects)) child.disconnect()
await agent.close()

const ratios = {
  'this server ÷ bare Fastify, /livez': pairs('this server, /livez', 'bare Fastify, /livez'),
  ...Object.fromEntries(functions.map(([name, { asked }]) => [
    `bare process ÷ ${name} (at least ${asked.toFixed(2)} is asked)`, pairs(`${name} in a bare process`, `${name}, 530 KB multipart`)
  ]))
}
const result = {
  date: new Date().toISOString().slice(0, 10),
  command: 'npm run bench',
  node: process.version,
  cpu: `${cpus()[0]?.model.trim()}, ${availableParallelism()} usable`,
  rounds: ROUNDS,
  photo: { bytes: photo.length, megapixels: 2.1 },
  cpuMsPerRequest: Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, round3(median(values))])),
  ratios: Object.fromEntries(Object.entries(ratios).map(([name, values]) => [name, round3(median(values))])),
  livezUnderLoad: livez
}
writeFileSync(RESULTS, `${JSON.stringify(wanted.length === 0 ? result : besideOthers(result), null, 2)}\n`)
console.table(Object.fromEntries(Object.entries(result.cpuMsPerRequest).map(([name, ms]) => [name, { 'CPU ms per request': ms }])))
console.table(Object.fromEntries(Object.entries(result.ratios).map(([name, ratio]) => [name, { ratio }])))
console.log('/livez while colorPalette is asked at twice the concurrency of the CPUs, ms:', livez)

// Functions measured apart join the figures of the last whole run, with their own date.
function besideOthers ({ date, rounds, cpuMsPerRequest, ratios }) {
  const whole = JSON.parse(readFileSync(RESULTS, 'utf8'))
  const own = figures => Object.fromEntries(Object.entries(figures).filter(([row]) => functions.some(([name]) => row.includes(name))))
  const apart = Object.fromEntries(functions.map(([name]) => [name, { date, command: `npm run bench -- ${name}`, rounds }]))
  return {
    ...whole,
    cpuMsPerRequest: { ...whole.cpuMsPerRequest, ...own(cpuMsPerRequest) },
    ratios: { ...whole.ratios, ...own(ratios) },
    apart: { ...whole.apart, ...apart }
  }
}

async function start (name) {
  const child = fork(new URL('subject.mjs', import.meta.url), [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const subject = await new Promise((resolve, reject) => child.once('message', resolve).once('exit', code => reject(new Error(`${name} ended with ${code}`))))
  return { child, ...subject }
}

async function ask (subject, message) {
  const { child } = subjects[subject]
  const answer = new Promise(resolve => child.once('message', resolve))
  child.send(message)
  return (await answer).cpuMs
}

async function workMs (name, times) {
  return await ask('in-process', { ask: 'work', name, times }) / times
}

async function loadMs (load) {
  const before = await ask(load.subject, { ask: 'cpu' })
  await send(load)
  return (await ask(load.subject, { ask: 'cpu' }) - before) / load.count
}

async function send ({ subject, path, count, concurrency, latencies, ...options }) {
  const url = `http://127.0.0.1:${subjects[subject].port}${path}`
  let left = count
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) {
      const startedMs = performance.now()
      const { statusCode, body } = await request(url, { dispatcher: agent, ...options })
      const text = await body.text()
      latencies?.push(performance.now() - startedMs)
      if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}: ${text}`)
    }
  }))
}

async function livezUnderLoad () {
  const latencies = []
  const state = { running: true }
  const slow = send({ ...post('server', 'colorPalette', 400), concurrency: 2 * availableParallelism() })
  const ended = slow.finally(() => { state.running = false })
  while (state.running) {
    await send({ ...get('server'), count: 1, concurrency: 1, latencies })
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  await ended
  latencies.sort((a, b) => a - b)
  const at = share => round3(latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))])
  return { requests: latencies.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

function pairs (above, below) {
  return samples[above].map((value, index) => value / samples[below][index])
}

function median (values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length % 2 === 1 ? sorted[sorted.length >> 1] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2
}

function round3 (value) {
  return Number(value.toPrecision(3))
}
