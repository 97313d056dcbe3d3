import t from 'tap'
import { Failure } from '../../src/errors.js'
import { findOcrLanguages, localeOf } from '../../src/runtime/ocr-languages.js'

const store = { fileOf: (id: string, name: string) => `/models/${id}/${name}` }

t.test('embedded languages come from the models, others from a package beside the program', async t => {
  const root = t.testdir({ node_modules: { '@tesseract.js-data': { deu: { '4.0.0_best_int': { 'deu.traineddata.gz': '' } } } } })
  t.same(findOcrLanguages(['fra', 'deu', 'spa'], store, root), {
    found: [
      { code: 'fra', path: '/models/tesseract-fra/data' },
      { code: 'deu', path: `${root}/node_modules/@tesseract.js-data/deu/4.0.0_best_int/deu.traineddata.gz` }
    ],
    missing: ['spa']
  })
})

t.test('damaged embedded data is left out, since the store has told', async t => {
  const damaged = { fileOf: (): string => { throw new Failure('model_missing', 'damaged') } }
  t.same(findOcrLanguages(['eng'], damaged), { found: [], missing: [] })
})

t.test('codes of Tesseract as locales', async t => {
  t.same(['eng', 'fra', 'deu', 'chi_sim'].map(localeOf), ['en', 'fr', 'de', 'zh'])
})
