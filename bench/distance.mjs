// Quality and cost of matching, beside OpenCV's native SIFT and ORB on the same pictures.
//   node bench/distance.mjs [NAME=FOLDER...] [--every N] [--offset K] [--evidence FILE]
// Without a folder the evaluation set ../shared/images/distance is measured. A folder has images and a truth.json in that
// set's form; distance-stress.mjs makes them. --every and --offset take a part of its photographs. --evidence writes what
// distance-fit.mjs needs. Native figures come from reference/distance-native.py where PYTHON (python3 if not given) has
// opencv; where not, they are left out.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { toGray } from '../dist/imaging/gray-image.js'
import { configureSharp, createImageDecoder } from '../dist/intake/decode-image.js'
import { matchPictures } from '../dist/matching/match-pictures.js'

const RESULTS = fileURLToPath(new URL('results/distance.json', import.meta.url))
const REFERENCE = fileURLToPath(new URL('reference/distance-native.py', import.meta.url))
const SHARED = fileURLToPath(new URL('../../shared/images/distance', import.meta.url))
/** RANSAC inliers from which the native methods call a pair the same. */
const NATIVE_DECISION = 15

if (isMainThread) {
  const args = process.argv.slice(2)
  const option = name => {
    const at = args.indexOf(name)
    return at < 0 ? undefined : args.splice(at, 2)[1]
  }
  const [every, offset, evidenceFile] = [Number(option('--every') ?? 1), Number(option('--offset') ?? 0), option('--evidence')]
  const sets = args.length > 0 ? args.map(arg => arg.split('=')) : [['distance', SHARED]]
  for (const [name, folder] of sets) await measureSet(name, folder, { every, offset, evidenceFile })
} else {
  await matchAll(workerData)
}

async function measureSet (name, folder, { every, offset, evidenceFile }) {
  if (!existsSync(`${folder}/truth.json`)) {
    console.log(`${name}: there are no pictures in ${folder}, nothing to measure.`)
    return
  }
  const items = JSON.parse(readFileSync(`${folder}/truth.json`, 'utf8')).items
    .filter((item, index) => item.same !== null && (item.photograph ?? index) % every === offset)
    .map(item => ({ ...item, kind: kindOf(item) }))
  const native = measureNative(folder, items)
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { folder, items } })
  const ours = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
  if (evidenceFile !== undefined) writeFileSync(evidenceFile, JSON.stringify(items.map((item, index) => ({ ...item, ...ours[index] }))))
  const decide = (rows, least) => rows.map(({ score, homography, dims }) => ({ score, same: score >= least, homography, dims }))
  const methods = { ours: decide(ours, 0), ...Object.fromEntries(Object.entries(native ?? {}).map(([method, { rows }]) => [method, decide(rows, NATIVE_DECISION)])) }
  const figures = Object.fromEntries(Object.entries(methods).map(([method, rows]) => [method, judge(items, rows)]))
  const cost = Object.fromEntries(['easy', 'hard', 'unrelated'].map(kind => [kind, median(ours.filter((_, index) => items[index].kind === kind).map(({ ms }) => ms))]))
  const stages = {}
  for (const { stages: passed } of ours) for (const { stage, ms } of passed) (stages[stage] ??= []).push(ms)
  const result = {
    date: new Date().toISOString().slice(0, 10),
    command: `node bench/distance.mjs ${name}=FOLDER${every > 1 ? ` --every ${every} --offset ${offset}` : ''}`,
    node: process.version,
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} usable`,
    pairs: Object.fromEntries(['easy', 'hard', 'unrelated'].map(kind => [kind, items.filter(item => item.kind === kind).length])),
    figures,
    cpuMsOfAPair: {
      ours: cost,
      stages: Object.fromEntries(Object.entries(stages).map(([stage, all]) => [stage, { pairs: all.length, median: median(all) }])),
      ...Object.fromEntries(Object.entries(native ?? {}).map(([method, { cpuMs }]) => [method, round(cpuMs)]))
    }
  }
  console.log(name, JSON.stringify(result.pairs))
  console.table(figures)
  console.log(JSON.stringify(result.cpuMsOfAPair))
  const before = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
  writeFileSync(RESULTS, `${JSON.stringify({ ...before, [name]: result }, null, 2)}\n`)
}

function kindOf ({ same, kind, hard }) {
  if (!same) return 'unrelated'
  return kind === 'easy' || kind === 'hard' ? kind : hard ? 'hard' : 'easy'
}

function measureNative (folder, items) {
  const python = process.env.PYTHON || 'python3'
  if (spawnSync(python, ['-c', 'import cv2']).status !== 0) {
    console.log(`${python} lacks opencv: native SIFT and ORB are left out.`)
    return undefined
  }
  return JSON.parse(execFileSync(python, [REFERENCE, folder], { input: JSON.stringify(items.map(({ ref, query }) => ({ ref, query }))), encoding: 'utf8', maxBuffer: 1e9 }))
}

async function matchAll ({ folder, items }) {
  configureSharp()
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 600_000 })
  const { signal } = new AbortController()
  const load = async path => {
    const image = await decoder.decode(readFileSync(`${folder}/${path}`), { size: { width: 512, height: 512, fit: 'inside' }, alpha: 'flatten' }, signal)
    return { gray: toGray(image), original: image.original }
  }
  const rows = []
  // The first calls compile: they are not part of the cost.
  for (const [index, { ref, query }] of [...items.slice(0, 2), ...items].entries()) {
    const [a, b] = [await load(ref), await load(query)]
    const stages = []
    const began = process.cpuUsage()
    let last = 0
    const finding = matchPictures(a.gray, b.gray, {
      deadlineMs: Infinity,
      trace: (stage, best) => {
        const now = cpuMs(began)
        stages.push({ stage, ms: round(now - last), logit: best?.logit, evidence: best?.evidence, homography: best && Array.from(best.homography) })
        last = now
      }
    })
    const ms = round(cpuMs(began))
    if (index < 2) continue
    rows.push({
      score: finding?.logit ?? -99,
      homography: finding && inPixels(finding.homography, a.original, b.original),
      evidence: finding?.evidence,
      dims: [a.original.width, a.original.height, b.original.width, b.original.height],
      ms,
      stages
    })
  }
  await decoder.close()
  parentPort.postMessage(rows)
}

// From shares of the sides to original pixels, the centre of the first at 0.
function inPixels (h, a, b) {
  const to = [b.width, 0, -0.5, 0, b.height, -0.5, 0, 0, 1]
  const from = [1 / a.width, 0, 0.5 / a.width, 0, 1 / a.height, 0.5 / a.height, 0, 0, 1]
  return product(product(to, h), from)
}

function product (a, b) {
  return Array.from({ length: 9 }, (_, i) => [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k] * b[3 * k + i % 3], 0))
}

function judge (items, rows) {
  const scores = kind => rows.filter((_, index) => items[index].kind === kind).map(({ score }) => score)
  const unrelated = scores('unrelated')
  const found = kind => rows.filter(({ same }, index) => same && items[index].kind === kind).length
  const figures = {}
  for (const kind of ['easy', 'hard']) {
    const errors = items.flatMap((item, index) => item.kind === kind && item.H_ref_to_query ? [transferError(item, rows[index])] : [])
    figures[`AUC ${kind}`] = round(areaUnderCurve(scores(kind), unrelated), 3)
    figures[`found ${kind}`] = found(kind)
    for (const limit of [3, 5, 10]) if (errors.length > 0) figures[`H < ${limit} px ${kind}`] = round(errors.filter(error => error < limit).length / errors.length, 3)
  }
  figures['false among unrelated'] = found('unrelated')
  figures['most among unrelated'] = round(Math.max(...unrelated), 2)
  return figures
}

function areaUnderCurve (positives, negatives) {
  let area = 0
  for (const p of positives) for (const n of negatives) area += p > n ? 1 : p === n ? 0.5 : 0
  return area / (positives.length * negatives.length)
}

// Mean distance of the corners (or control points) from where they belong, in pixels of a query with a longest side of 512.
function transferError ({ H_ref_to_query: truth, control_points: control }, { homography, dims: [width, height, queryWidth, queryHeight] }) {
  if (!homography) return Infinity
  const points = control?.map(({ ref }) => ref) ?? [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
  const errors = points.map((point, index) => {
    const [x, y] = apply(homography, point)
    const [u, v] = control?.[index].query ?? apply(truth.flat(), point)
    return Math.hypot(x - u, y - v)
  })
  return errors.reduce((sum, error) => sum + error, 0) / errors.length * 512 / Math.max(queryWidth, queryHeight)
}

function apply (h, [x, y]) {
  const w = h[6] * x + h[7] * y + h[8]
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w]
}

function cpuMs (began) {
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

function median (values) {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[sorted.length >> 1] ?? 0)
}

function round (value, digits = 1) {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
