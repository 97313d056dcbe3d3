// Edits painted into photographs, in place and under nuisances, found by the engine and by others.
import { readFileSync, readdirSync } from 'node:fs'
import sharp from 'sharp'
import { figuresOf, judgePainted, total } from './boxes.mjs'
import { aligned, boxes, differences } from './engine.mjs'
import { NUISANCES, PROMISED, boxOf, boxUnder, decode, paintPair, seededRandom } from './painted-edits.mjs'
import { PEERS } from './peers.mjs'

const EDITS = 4
// Each photograph meets so many of the promised nuisances, in turn, and one of the harder.
const NUISANCES_EACH = 5
const SIDE_PX = 1024

/**
 * @param {URL} folder of photographs
 * @param {{ count: number, peers: number, firstSeed: number }} options how many photographs, and with how many of them the peers
 */
export async function paintedFigures (folder, { count, peers, firstSeed }) {
  const sums = { inPlace: [], under: [], inSecond: [], alone: [] }
  const rows = {}
  const ofPeers = {}
  const files = readdirSync(folder).filter(name => /\.jpe?g$/i.test(name)).slice(0, count)
  for (const [index, file] of files.entries()) {
    const photo = await decode(await sharp(readFileSync(new URL(file, folder))).resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true }).toBuffer())
    const seed = firstSeed + index
    const { first, second, truth } = await paintPair(photo, seed, EDITS)
    const trueBoxes = truth.map(({ mask }) => boxOf(mask, photo.width, photo.height))
    sums.inPlace.push(judgePainted(trueBoxes, boxes(differences(first, second))))
    if (index < peers) await askPeers(ofPeers, 'in place', trueBoxes, first, second)
    for (const [turn, name] of nuisancesOf(index).entries()) {
      const changed = await NUISANCES[name](second, seededRandom(seed))
      const alone = await NUISANCES[name](photo, seededRandom(seed))
      const found = differences(first, changed.image)
      const seen = truth.flatMap(({ mask }, i) => {
        const box = boxUnder(mask, photo, changed)
        return box === undefined ? [] : [{ one: trueBoxes[i], two: box }]
      })
      const judged = judgePainted(seen.map(({ one }) => one), boxes(found))
      const clean = differences(photo, alone.image).length === 0
      const row = rows[name] ??= { judged: [], clean: [] }
      row.judged.push(judged)
      row.clean.push(clean)
      if (!PROMISED.includes(name)) continue
      sums.under.push(judged)
      sums.inSecond.push(judgePainted(seen.map(({ two }) => two), boxes(found, 'second')))
      sums.alone.push(clean)
      if (index < peers && turn === 0) await askPeersUnder(ofPeers, seen.map(({ one }) => one), { first, second: changed.image }, { first: photo, second: alone.image })
    }
  }
  const table = names => Object.fromEntries(names.filter(name => name in rows).map(name => [name, { pairs: rows[name].judged.length, ...figuresOf(total(rows[name].judged)), clean: share(rows[name].clean) }]))
  return {
    photographs: files.length,
    inPlace: figuresOf(total(sums.inPlace)),
    underNuisance: { pairs: sums.under.length, ...figuresOf(total(sums.under)), boxIouInSecond: figuresOf(total(sums.inSecond)).boxIou },
    nuisanceAlone: { pairs: sums.alone.length, clean: share(sums.alone) },
    byNuisance: table(PROMISED),
    harder: table(Object.keys(NUISANCES).filter(name => !PROMISED.includes(name))),
    peers: Object.fromEntries(Object.entries(ofPeers).map(([name, { inPlace, under, clean }]) => [name, {
      pairs: under.length, ...(inPlace.length > 0 ? { inPlace: figuresOf(total(inPlace)) } : {}), underNuisance: figuresOf(total(under)), clean: share(clean)
    }]))
  }
}

function nuisancesOf (index) {
  const promised = PROMISED.filter(name => name !== 'none')
  const harder = Object.keys(NUISANCES).filter(name => !PROMISED.includes(name))
  return [...Array.from({ length: NUISANCES_EACH }, (_, i) => promised[(index * NUISANCES_EACH + i) % promised.length]), harder[index % harder.length]]
}

async function askPeers (rows, part, truth, first, second) {
  for (const [name, peer] of Object.entries({ ours, ...PEERS })) rowOf(rows, name).inPlace.push(judgePainted(truth, await peer(first, second)))
}

async function askPeersUnder (rows, truth, changed, alone) {
  const ask = async (name, peer, seconds) => {
    rowOf(rows, name).under.push(judgePainted(truth, await peer(changed.first, seconds[0])))
    rowOf(rows, name).clean.push((await peer(alone.first, seconds[1])).length === 0)
  }
  await ask('ours', ours, [changed.second, alone.second])
  const resized = [await toSizeOf(changed.first, changed.second), await toSizeOf(alone.first, alone.second)]
  const registered = [aligned(changed.first, changed.second), aligned(alone.first, alone.second)]
  for (const [name, peer] of Object.entries(PEERS)) {
    await ask(name, peer, resized)
    await ask(`${name}, our alignment`, peer, registered)
  }
}

async function ours (first, second) {
  return boxes(differences(first, second))
}

function rowOf (rows, name) {
  rows[name] ??= { inPlace: [], under: [], clean: [] }
  return rows[name]
}

/** The peers compare pictures of one size only. */
async function toSizeOf ({ width, height }, second) {
  if (second.width === width && second.height === height) return second
  const data = await sharp(second.data, { raw: { width: second.width, height: second.height, channels: 3 } }).resize(width, height, { fit: 'fill' }).raw().toBuffer()
  return { data: new Uint8Array(data), width, height }
}

function share (list) {
  return Math.round(list.filter(Boolean).length / list.length * 1000) / 1000
}
