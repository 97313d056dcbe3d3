import t from 'tap'
import { identifyLocale } from '../../src/engines/locale.js'
import { createLanguageIdentifier } from '../../src/runtime/language-identifier.js'

const identify = createLanguageIdentifier()
const locale = (text: string, expected: readonly string[] = ['en', 'fr']): Promise<string> => identifyLocale(text.split('\n'), expected, identify)

t.test('the language of labels, signs and pages', async t => {
  t.equal(await locale('MADE IN ITALY\n92200 NEUILLY\nLE ROUGE CRAYON\nDE COULEUR MAT\nJUMBO LÈVRES MAT\nLONGUE TENUE'), 'fr')
  t.equal(await locale('The quick brown dog jumped over the\nlazy fox. The quick brown dog jumped'), 'en')
  t.equal(await locale('Wake up human!'), 'en')
  t.equal(await locale('Défense de fumer'), 'fr')
  t.equal(await locale('Der schnelle braune Fuchs springt über den faulen Hund und läuft in den Wald hinein'), 'de', 'long and sure: any language')
})

t.test('hints come first where the text does not decide', async t => {
  t.equal(await locale('Tesseract.js'), 'en')
  t.equal(await locale('Tesseract.js', ['fr', 'en']), 'fr')
})

t.test('other scripts tell their language, and no letters tell none', async t => {
  t.equal(await locale('東京都渋谷区のカフェ'), 'ja')
  t.equal(await locale('осторожно, двери закрываются'), 'ru')
  t.equal(await locale('12.50 € – 3'), 'und')
  t.equal(await locale(''), 'und')
})
