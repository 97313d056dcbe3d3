// What a second CPU is worth: objectsDetection of the server on one and on two CPUs (taskset), beside the same work in one
// bare process and in two. Rounds are interleaved; medians.
//   node bench/scaling.mjs     some minutes; Linux with two CPUs and more; writes bench/results/scaling.json
// It measures wall time, so nothing else should run beside it; the requests come from this process, on the same CPUs.
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Agent, FormData, request } from 'undici'
import { samplePhoto } from './sample-photo.mjs'

const FUNCTION = 'objectsDetection'
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const COUNT = 12

if (process.platform !== 'linux' || availableParallelism() < 2) {
  console.log('bench/scaling: skipped, it wants Linux and two CPUs')
  process.exit(0)
}
const photo = await samplePhoto()
const agent = new Agent({ connections: 8, pipelining: 1 })
const one = { server: await start('server', '0', 1), bare: [await start('in-process', '0')] }
const two = { server: await start('server', '0,1', 2), bare: [await start('in-process', '0'), await start('in-process', '1')] }

const times = { server: { one: [], two: [] }, bare: { one: [], two: [] } }
for (let round = -1; round < ROUNDS; round++) {
  const measured = [
    ['server', 'one', await timed(() => send(one.server, COUNT, 2))],
    ['bare', 'one', await timed(() => work(one.bare))],
    ['server', 'two', await timed(() => send(two.server, 2 * COUNT, 4))],
    ['bare', 'two', await timed(() => work(two.bare))]
  ]
  if (round >= 0) for (const [subject, cpus, ms] of measured) times[subject][cpus].push(ms)
}
for (const { child } of [one.server, two.server, ...one.bare, ...two.bare]) child.disconnect()
await agent.close()

// Two CPUs did twice as much.
const gain = subject => median(times[subject].one.map((ms, round) => 2 * ms / times[subject].two[round]))
const result = {
  date: new Date().toISOString().slice(0, 10), command: 'node bench/scaling.mjs', node: process.version, function: FUNCTION, rounds: ROUNDS, server: round3(gain('server')), bare: round3(gain('bare'))
}
result.ratio = round3(result.server / result.bare)
console.log(result)
writeFileSync(fileURLToPath(new URL('results/scaling.json', import.meta.url)), `${JSON.stringify(result, null, 2)}\n`)

async function start (name, cpus, slots) {
  const child = fork(new URL('subject.mjs', import.meta.url), [name], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...slots === undefined ? {} : { COMPUTE_CONCURRENCY: String(slots) } },
    execPath: 'taskset',
    execArgv: ['-c', cpus, process.execPath]
  })
  const subject = await new Promise((resolve, reject) => child.once('message', resolve).once('exit', code => reject(new Error(`${name} ended with ${code}`))))
  return { child, ...subject }
}

async function work (subjects) {
  await Promise.all(subjects.map(async ({ child }) => {
    const done = new Promise(resolve => child.once('message', resolve))
    child.send({ ask: 'work', name: FUNCTION, times: COUNT })
    await done
  }))
}

async function send ({ port, token }, count, concurrency) {
  let left = count
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) {
      const form = new FormData()
      form.append('image', new Blob([photo]), 'photo.jpg')
      const { statusCode, body } = await request(`http://127.0.0.1:${port}/compute/v1/image/${FUNCTION}`, { dispatcher: agent, method: 'POST', headers: { token }, body: form })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`the server answered ${statusCode}: ${text}`)
    }
  }))
}

async function timed (run) {
  const startedMs = performance.now()
  await run()
  return performance.now() - startedMs
}

function median (values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function round3 (value) {
  return Number(value.toPrecision(3))
}
