// Whether OpenCV's threads stand what a long life brings.
//   node bench/opencv-endurance.mjs [THROWS] [PAIRS]     20000 and 5000 if not given
// 1. So many calls that throw a C++ exception, then an answer that must be that of a fresh instance.
// 2. So many pairs in a row, hostile pictures among them, with the memory of the process along the way.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { matchPictures } from '../dist/matching/match-pictures.js'
import { opencvInstances, useOpencv } from '../dist/runtime/opencv.js'
import { createRandom } from './random.mjs'

if (isMainThread) {
  const [throws = 20_000, pairs = 5_000] = process.argv.slice(2).map(Number)
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { throws, pairs } })
  worker.on('message', result => {
    console.log(JSON.stringify(result))
    if (result.finished) {
      writeFileSync(fileURLToPath(new URL('results/opencv-endurance.json', import.meta.url)), `${JSON.stringify({
        date: new Date().toISOString().slice(0, 10), command: `node bench/opencv-endurance.mjs ${throws} ${pairs}`, node: process.version, ...result
      }, null, 2)}\n`)
    }
  })
} else {
  const { throws, pairs } = workerData
  const fresh = answer()
  let thrown = 0
  for (let n = 0; n < throws; n++) {
    try {
      useOpencv((cv, keep) => cv.resize(keep(new cv.Mat()), keep(new cv.Mat()), new cv.Size(0, 0), 0, 0, 0))
    } catch {
      thrown++
    }
    if (n % 2000 === 1999) parentPort.postMessage({ thrown, instances: opencvInstances(), rssMB: rss() })
  }
  const rightAfterThrows = JSON.stringify(answer()) === JSON.stringify(fresh)
  const memory = []
  for (let n = 0; n < pairs; n++) {
    matchPictures(picture(n), picture(n + 1), { deadlineMs: 300 })
    if (n % Math.ceil(pairs / 20) === 0) {
      memory.push({ pairs: n, rssMB: rss() })
      parentPort.postMessage(memory.at(-1))
    }
  }
  parentPort.postMessage({ finished: true, thrown, rightAfterThrows, rightAfterPairs: JSON.stringify(answer()) === JSON.stringify(fresh), instances: opencvInstances(), memory })
}

function rss () {
  return Math.round(process.memoryUsage.rss() / 1e6)
}

// A picture and itself, shifted: a search with a known end.
function answer () {
  const { data, width } = textured(512, 384, 1)
  const shifted = { data: Uint8Array.from({ length: 400 * 300 }, (_, i) => data[(Math.floor(i / 400) + 30) * width + i % 400 + 50]), width: 400, height: 300 }
  const { homography, logit } = matchPictures({ data, width, height: 384 }, shifted, { deadlineMs: 60_000 }) ?? {}
  return { homography: homography && Array.from(homography), logit }
}

// By turns: ordinary, flat, noise, tiny, one pixel, a strip.
function picture (n) {
  const kinds = [
    () => textured(512, 384, n), () => flat(512, 512, 128), () => noise(512, 300, n), () => noise(5, 5, n), () => flat(1, 1, 0),
    () => noise(512, 2, n), () => textured(300, 512, n), () => flat(512, 21, 255), () => noise(40, 512, n)
  ]
  return kinds[n % kinds.length]()
}

function flat (width, height, value) {
  return { data: new Uint8Array(width * height).fill(value), width, height }
}

function noise (width, height, seed) {
  const random = createRandom(seed * 2654435761)
  return { data: Uint8Array.from({ length: width * height }, () => 256 * random()), width, height }
}

function textured (width, height, seed) {
  const random = createRandom(seed * 2654435761)
  const picture = flat(width, height, 120)
  for (let n = 0; n < 120; n++) {
    const [left, top, w, h, value] = [random() * width, random() * height, 5 + random() * 80, 5 + random() * 80, 256 * random()]
    for (let y = top | 0; y < Math.min(height, top + h); y++) picture.data.fill(value, y * width + (left | 0), y * width + Math.min(width, (left + w) | 0))
  }
  return picture
}
