// classification on pictures whose thing is known. A label is right where it names the thing or something broader;
// true labels of other things in the picture count as wrong, so precision is a lower bound.
import { labelFacts, midsNamed, withBroader } from '../measures/label-graph.mjs'
import { labelFigures, precisionOf } from '../measures/labels.mjs'

const REQUESTS = { usual: {}, all: { minScore: '0.01', maxResults: '100' } }
const ASKED_STANDARD_OWN = { 'own hit@5 of leaves, minScore .01': { standard: '>= 0.85' } }

const midsIn = ({ labelAnnotations }) => labelAnnotations.map(({ mid }) => mid)

function figuresBy (ownOf, broaderOf = () => []) {
  return answered => labelFigures(answered.map(({ truth, usual, all }) => {
    const own = new Set(ownOf(truth))
    return { own, right: withBroader([...own, ...broaderOf(truth)]), usual: midsIn(usual), all: midsIn(all) }
  }), labelFacts())
}

const byImagenetClass = figuresBy(
  ({ class_index: index }) => { const { mid } = labelFacts().imagenet[index]; return mid ? [mid] : [] },
  ({ class_index: index }) => labelFacts().imagenet[index].parents.map(({ mid }) => mid)
)

// What the shop calls otherwise than Open Images, and what holds for everything on its shelves.
const SHOP_NAMES = {
  Aubergine: ['Eggplant'],
  Pepper: ['Bell pepper'],
  'Red-Beet': ['Beetroot'],
  'Red-Grapefruit': ['Grapefruit'],
  Satsumas: ['Tangerine', 'Mandarin orange'],
  Yoghurt: ['Yogurt']
}
const SHOP_GROUPS = { Fruit: ['Fruit'], Vegetables: ['Vegetable', 'Plant'], Packages: ['Dairy', 'Drink'] }
const FOOD = ['Food', 'Ingredient', 'Natural foods', 'Produce']
const byShopName = figuresBy(
  ({ fine, coarse }) => [fine, coarse, ...SHOP_NAMES[coarse] ?? []].flatMap(midsNamed),
  ({ super: group }) => [...SHOP_GROUPS[group], ...FOOD].flatMap(midsNamed)
)

const set = parts => ({ endpoint: 'classification', requests: REQUESTS, ...parts })

export default [
  set({
    name: 'labels-imagenet-val',
    folder: 'cls_imagenet_val',
    about: 'ImageNet validation pictures, squashed to 227 pixels by their source.',
    score: byImagenetClass,
    asked: { precision: { embedded: '>= 0.88', standard: '>= 0.92' }, 'hit@5': { embedded: '>= 0.58' }, 'pictures with a label': { embedded: '>= 0.65' } }
  }),
  set({
    name: 'labels-imagenet-sample',
    folder: 'cls_imagenet_sample',
    about: 'Full-size ImageNet photographs, very likely of its training half: flattering for nets trained on it.',
    score: byImagenetClass,
    asked: { ...ASKED_STANDARD_OWN, precision: { standard: '>= 0.92' } }
  }),
  set({
    name: 'labels-openimages',
    folder: 'cls_openimages',
    about: 'Photographs of birds and aeroplanes from Open Images.',
    score: figuresBy(({ mid, accept }) => [mid, ...accept.flatMap(midsNamed)]),
    asked: { 'hit@5': { embedded: '>= 0.88' } }
  }),
  set({
    name: 'labels-grocery',
    folder: 'cls_grocery',
    about: 'Fruit, vegetables and packages, by telephone in a shop.',
    score: byShopName
  }),
  set({
    name: 'labels-coco',
    folder: 'det_coco_val2017',
    about: 'Photographs of COCO val2017 against all annotated classes; below the roots is a label that is not broader than one of the 80 classes.',
    requests: { usual: {} },
    score (answered) {
      const { coco } = labelFacts()
      const roots = new Set(coco.flatMap(({ parents }) => parents.map(({ mid }) => mid)))
      const pictures = answered.map(({ truth, usual }) => {
        const names = new Set(truth.objects.map(({ name }) => name))
        return { right: withBroader(coco.filter(({ name }) => names.has(name)).map(({ mid }) => mid)), usual: midsIn(usual) }
      }).filter(({ right }) => right.size > 0)
      const share = of => of.filter(Boolean).length / Math.max(1, of.length)
      return {
        ...precisionOf(pictures),
        'labels per picture': pictures.reduce((sum, { usual }) => sum + usual.length, 0) / pictures.length,
        'pictures with a label below the roots': share(pictures.map(({ usual }) => usual.some(mid => !roots.has(mid)))),
        'pictures with a right label below the roots': share(pictures.map(({ right, usual }) => usual.some(mid => !roots.has(mid) && right.has(mid))))
      }
    },
    asked: { precision: { embedded: '>= 0.9' }, 'pictures with a label below the roots': { embedded: '>= 0.4' } }
  })
]
