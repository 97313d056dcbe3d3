// Pairs of the evaluation pictures whose differences are known: boards, and pairs of visual regression tests.
import { readFileSync } from 'node:fs'
import { covers, figuresOf, judgeBoard, judgeBoardWithMargin, total } from './boxes.mjs'
import { aligned, boxes, differences } from './engine.mjs'
import { decode } from './painted-edits.mjs'
import { PEERS } from './peers.mjs'

/** Circuit boards beside their templates: by the set's own rule, for the boxes as they are and with the margin its true boxes have. */
export async function boards (images) {
  const rows = {}
  for (const item of itemsOf(images, 'differences_pcb')) {
    const [first, second] = await pairOf(images, 'differences_pcb', item)
    const truth = item.areas.map(({ bbox_xyxy: [left, top, right, bottom] }) => ({ x: left, y: top, width: right - left, height: bottom - top }))
    const note = (name, found) => {
      const row = rows[name] ??= { asReturned: [], withMargin: [] }
      row.asReturned.push(judgeBoard(truth, found))
      row.withMargin.push(judgeBoardWithMargin(truth, found))
    }
    note('ours', boxes(differences(first, second)))
    const registered = aligned(first, second)
    for (const [name, peer] of Object.entries(PEERS)) {
      note(name, await peer(first, second))
      note(`${name}, our alignment`, await peer(first, registered))
    }
  }
  return Object.fromEntries(Object.entries(rows).map(([name, { asReturned, withMargin }]) => [name, { asReturned: figuresOf(total(asReturned)), withMargin: figuresOf(total(withMargin)) }]))
}

// Less is a crumb of JPEG in the truth of one pair, or the smoothing of letters.
const LEAST_TRUE_PX = 64

export async function regressions (images) {
  const judged = { all: [], large: [] }
  let identicalClean = true
  for (const item of itemsOf(images, 'differences')) {
    const [first, second] = await pairOf(images, 'differences', item)
    const found = boxes(differences(first, second))
    if (item.identical) {
      identicalClean &&= found.length === 0
      continue
    }
    const truth = item.areas_gt32.map(([x, y, width, height]) => ({ x, y, width, height }))
    const right = found.filter(box => differs(box, first, second)).length
    for (const [name, least] of [['all', 0], ['large', LEAST_TRUE_PX]]) {
      const wanted = truth.filter(({ width, height }) => width * height >= least)
      judged[name].push({ true: wanted.length, found: wanted.filter(box => found.some(other => covers(other, box))).length, overlap: 0, returned: found.length, right })
    }
  }
  return { all: figuresOf(total(judged.all)), [`boxes of ${LEAST_TRUE_PX} px and more`]: figuresOf(total(judged.large)), identicalClean }
}

function differs ({ x, y, width, height }, first, second) {
  for (let v = y; v < y + height; v++) {
    for (let at = (v * first.width + x) * 3; at < (v * first.width + x + width) * 3; at++) if (first.data[at] !== second.data[at]) return true
  }
  return false
}

function itemsOf (images, name) {
  return JSON.parse(readFileSync(new URL(`${name}/truth.json`, images), 'utf8')).items
}

async function pairOf (images, name, { image1, image2 }) {
  return [await decode(readFileSync(new URL(`${name}/${image1}`, images))), await decode(readFileSync(new URL(`${name}/${image2}`, images)))]
}
