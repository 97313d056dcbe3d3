// Which labels hold for a picture: the thing itself and everything broader. The graph is Open Images' hierarchy with the
// parents that the label facts add; it is the evaluation's own, so that no mistake of the service's graph excuses itself.
import { readFileSync } from 'node:fs'

const LABELS = new URL('../../../../shared/labels/', import.meta.url)

let read

/** The label facts; read once. */
export function labelFacts () {
  read ??= readFacts()
  return read
}

/** A set of mids with all that is broader. */
export function withBroader (mids) {
  const { parents } = labelFacts()
  const all = new Set(mids)
  for (const mid of all) for (const parent of parents.get(mid) ?? []) all.add(parent)
  return all
}

/** Mids of all labels of a name, however written: "Passion-Fruit", "passion fruits". */
export function midsNamed (name) {
  return labelFacts().byName.get(plainName(name)) ?? []
}

/** Letters alone, in lower case, without the plural's s and what stands in brackets. */
export function plainName (name) {
  return name.toLowerCase().replace(/\(.*?\)/g, '').replace(/[^a-z0-9]+/g, ' ').trim().replace(/(?<=[a-z]{2})s$/, '')
}

function readFacts () {
  const json = name => JSON.parse(readFileSync(new URL(name, LABELS), 'utf8'))
  const imagenet = json('imagenet1k_to_mid.json')
  const coco = json('coco80_to_mid.json')
  const parents = new Map()
  const add = (mid, above) => {
    if (mid === null || mid === undefined) return
    const known = parents.get(mid) ?? new Set()
    for (const parent of above) if (parent !== mid) known.add(parent)
    parents.set(mid, known)
  }
  for (const [mid, { parents: above }] of Object.entries(json('openimages_boxable_601.json'))) add(mid, above)
  for (const { mid, parents: above } of [...imagenet, ...coco]) add(mid, above.map(parent => parent.mid))
  const byName = new Map()
  for (const line of readFileSync(new URL('openimages_v6_classes_20k.csv', LABELS), 'utf8').split('\n').slice(1)) {
    const comma = line.indexOf(',')
    const name = plainName(line.slice(comma + 1).replace(/^"|"$/g, ''))
    if (comma > 0) byName.set(name, [...byName.get(name) ?? [], line.slice(0, comma)])
  }
  return { imagenet, coco, parents, byName }
}
