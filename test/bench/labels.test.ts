import t from 'tap'

interface Picture { own: Set<string>, right: Set<string>, usual: string[], all: string[] }
type Parents = { readonly parents: ReadonlyMap<string, ReadonlySet<string>> }
interface Measures {
  precisionOf (pictures: Array<Pick<Picture, 'right' | 'usual'>>): Record<string, number>
  labelFigures (pictures: Picture[], graph: Parents): Record<string, number>
  withoutBroader (labels: string[], parents: Parents['parents']): string[]
}

const { labelFigures, precisionOf, withoutBroader } = await import(new URL('../../bench/eval/measures/labels.mjs', import.meta.url).href) as Measures
const parents = new Map([['poodle', new Set(['dog'])], ['dog', new Set(['animal'])], ['cat', new Set(['animal'])]])

t.test('a broader label is right, but not the thing\'s own', async t => {
  const pictures = [
    { own: new Set(['poodle']), right: new Set(['poodle', 'dog', 'animal']), usual: ['animal', 'dog', 'chair'], all: ['animal', 'dog', 'poodle'] },
    { own: new Set<string>(), right: new Set(['animal']), usual: ['chair'], all: ['chair'] },
    { own: new Set(['cat']), right: new Set(['cat', 'animal']), usual: [], all: ['dog'] }
  ]
  t.same(labelFigures(pictures, { parents }), {
    'hit@1': 1 / 3,
    'hit@5': 1 / 3,
    'own hit@1': 0,
    'own hit@5': 0,
    'own hit@5 of leaves, minScore .01': 1 / 2,
    precision: 2 / 4,
    'precision without faces and tones': 2 / 4,
    'labels per picture': 4 / 3,
    'pictures with a label': 2 / 3
  })
})

t.test('faces and tones are counted, and left out where those of which a truth tells are counted', async t => {
  const face = '/m/0dzct'
  t.same(precisionOf([{ right: new Set(['cat']), usual: [face, 'cat', 'dog', '/m/01g6gs'] }]), { precision: 1 / 4, 'precision without faces and tones': 1 / 2 })
})

t.test('leaves are the labels that no other is narrower than, over any distance', async t => {
  t.same(withoutBroader(['animal', 'poodle', 'cat'], parents), ['poodle', 'cat'])
  t.same(withoutBroader(['animal', 'chair'], parents), ['animal', 'chair'])
})
