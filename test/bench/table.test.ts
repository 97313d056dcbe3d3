import t from 'tap'

interface Row { set: string, figure: string, values: string[], asked: string, beside: string }
interface Table { rowsOf (sets: Record<string, unknown>, configurations: string[]): Row[], holds (figure: number, asked: string): boolean }

const { rowsOf, holds } = await import(new URL('../../bench/eval/table.mjs', import.meta.url).href) as Table

t.test('a row holds one figure in every configuration, what is asked, and others\' figures', async t => {
  const sets = {
    'gaze-photos': {
      pictures: 40,
      asked: { NSS: { embedded: '>= 3.2' } },
      beside: { people: { NSS: 3.54 } },
      configurations: { embedded: { cpuMsPerRequest: 33.25, figures: { NSS: 3.1 } }, standard: { cpuMsPerRequest: 20, figures: { NSS: 3.3, AUC: 0.92 } } }
    }
  }
  t.same(rowsOf(sets, ['embedded', 'standard']), [
    { set: 'gaze-photos (40)', figure: 'NSS', values: ['3.1', '3.3'], asked: 'embedded ≥ 3.2: no', beside: 'people 3.54' },
    { set: 'gaze-photos (40)', figure: 'AUC', values: ['–', '0.92'], asked: '', beside: '' },
    { set: 'gaze-photos (40)', figure: 'CPU ms per request', values: ['33.25', '20'], asked: '', beside: '' }
  ])
})

t.test('what is asked may be a least or a most', async t => {
  t.ok(holds(0.5, '>= 0.5') && !holds(0.49, '>= 0.5') && holds(0.1, '<= 0.28') && !holds(0.3, '<= 0.28'))
  t.throws(() => holds(1, '= 1'), /neither/)
})
