// The tables in models/labels/: held to themselves, and to the label facts of the evaluation data where those are.
import t from 'tap'
import { pathToFileURL } from 'node:url'
import { existsSync, readFileSync } from 'node:fs'
import { createLabelGraph } from '../../src/labels/label-graph.js'
import { readLabelEntities, readLabelTable } from '../../src/runtime/label-table.js'
import { ROOT, SHARED } from '../places.js'

const facts = pathToFileURL(`${SHARED}labels/`)
const entities = readLabelEntities()
const graph = createLabelGraph(entities)
const tables = { imagenet1k: readLabelTable('imagenet1k'), coco80: readLabelTable('coco80'), heads: readLabelTable('label-heads') }

t.test('every class has a label of the graph, under its name there', async t => {
  t.equal(tables.imagenet1k.length, 1000)
  t.equal(tables.coco80.length, 80)
  t.same([...tables.imagenet1k, ...tables.coco80, ...tables.heads].filter(({ mid, name }) => !graph.has(mid) || graph.name(mid) !== name), [])
  const raw = JSON.parse(readFileSync(`${ROOT}models/labels/imagenet1k.json`, 'utf8')) as Array<{ wnid: string }>
  const wnids = raw.map(({ wnid }) => wnid)
  t.same(wnids, [...new Set(wnids)].sort(), 'the classes stand in the order of ImageNet, that of their wnids')
})

t.test('the graph: one name a label, parents that say something, no circles', async t => {
  const names = graph.mids.map(mid => graph.name(mid))
  t.equal(new Set(names).size, names.length)
  const twice = Object.values(entities).filter(({ parents }) => {
    const implied = parents.flatMap(parent => graph.ancestors(parent))
    return new Set(parents).size !== parents.length || parents.some(parent => implied.includes(parent))
  })
  t.same(twice, [], 'no parent is named twice, or where another implies it')
  const used = new Set([...tables.imagenet1k, ...tables.coco80].flatMap(({ mid }) => [mid, ...graph.ancestors(mid)]))
  const unused = graph.mids.filter(mid => !used.has(mid)).map(mid => graph.name(mid)).sort()
  t.same(unused, ['Black-and-white', 'Cartoon', 'Drawing', 'Human face', 'Illustration', 'Monochrome', 'Painting', 'Sketch', 'Smile'], 'every label is one of a class, of the faces, of the styles, or of the tones')
  t.ok(tables.imagenet1k.filter(({ mid }) => graph.ancestors(mid).length > 0).length > 820, 'nearly all classes are kinds of something')
})

t.test('homonyms: a class means the thing that ImageNet means', async t => {
  const label = (index: number): string => tables.imagenet1k[index]?.name ?? ''
  const kinds = (index: number): string[] => graph.ancestors(tables.imagenet1k[index]?.mid ?? '').map(mid => graph.name(mid))
  for (const [index, name, kind] of [
    [17, 'Jay', 'Bird'], [21, 'Kite (Bird)', 'Bird of prey'], [97, 'Duck', 'Water bird'], [134, 'Crane (Bird)', 'Bird'], [150, 'Sea lion', 'Marine mammal'],
    [242, 'Boxer', 'Dog'], [256, 'Newfoundland', 'Dog'], [283, 'Persian', 'Cat'], [290, 'Jaguar (Animal)', 'Carnivore'], [312, 'Cricket (Insect)', 'Insect'],
    [430, 'Basketball (Ball)', 'Ball'], [437, 'Lighthouse', 'Building'], [456, 'Bow and arrow', 'Weapon'], [461, 'Breastplate', 'Armour'],
    [490, 'Mail (Armour)', 'Armour'], [517, 'Crane (Machine)', undefined], [664, 'Computer monitor', 'Electronic device'], [673, 'Computer mouse', 'Electronic device'],
    [677, 'Nail (Construction)', undefined], [715, 'Pickelhaube', 'Helmet'], [726, 'Plane (Tool)', 'Tool'], [921, 'Dust jacket', undefined],
    [929, 'Ice pop', 'Dessert'], [968, 'Cup', 'Tableware'], [970, 'Mountain', undefined], [998, 'Corn', 'Food']
  ] as const) {
    t.equal(label(index), name, String(index))
    if (kind === undefined) t.same(kinds(index), [], name)
    else t.ok(kinds(index).includes(kind), `${name} is a kind of ${kind}`)
  }
  t.notOk(graph.ancestors(graph.mids.find(mid => graph.name(mid) === 'Bird') ?? '').includes('/m/09686'), 'Open Images makes no Vertebrate of a bird, nor does this graph')
  t.notOk(kinds(121).includes('Food'), 'a live crab is no food')
  t.notOk(kinds(286).includes('Cat'), 'Cat is the pet')
})

t.test('mids and names are those of Open Images', { skip: existsSync(facts) ? false : 'the label facts (../shared/labels) are not here' }, async t => {
  const names = new Map(readFileSync(new URL('openimages_v6_classes_20k.csv', facts), 'utf8').split(/\r?\n/).slice(1).map(line => {
    const comma = line.indexOf(',')
    return [line.slice(0, comma), line.slice(comma + 1).replace(/^"(.*)"$/, '$1').replaceAll('""', '"')] as const
  }))
  t.ok(names.size > 19_000)
  t.same(graph.mids.filter(mid => names.get(mid) !== graph.name(mid)), [])
  const classes = JSON.parse(readFileSync(new URL('imagenet1k_to_mid.json', facts), 'utf8')) as Array<{ wnid: string, name: string }>
  const raw = JSON.parse(readFileSync(`${ROOT}models/labels/imagenet1k.json`, 'utf8')) as Array<{ wnid: string, class: string }>
  t.same(raw.map(row => [row.wnid, row.class]), classes.map(row => [row.wnid, row.name]))
  const coco = JSON.parse(readFileSync(new URL('coco80_to_mid.json', facts), 'utf8')) as Array<{ mid: string }>
  t.same(tables.coco80.map(({ mid }) => mid), coco.map(({ mid }) => mid))
})
