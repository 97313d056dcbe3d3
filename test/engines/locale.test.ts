import t from 'tap'
import { identifyLocale, mayBeIn } from '../../src/engines/locale.js'
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

t.test('accents are to be expected where words have them, where it reads like their language, and in a word or two', async t => {
  const may = (text: string): Promise<boolean> => mayBeIn(['fr'], [text], text.split(' '), identify)
  t.ok(await may('Creme brulee'))
  t.ok(await may('The quick brown dog jumped over the lazy fox, and the café was closed on that day'))
  t.notOk(await may('The quick brown dog jumped over the lazy fox. The quick brown dog jumped over it again'))
  t.ok(await may('Avant la premiere utilisation, nettoyez soigneusement'))
  t.notOk(await may('PLEASE CHECK YOUR BALANCE'), 'few words, but not of that language')
  t.notOk(await may(`${'The quick brown dog jumped over the lazy fox and '.repeat(10)} à`), 'one accent on a page is a misreading, or a name')
  t.notOk(await mayBeIn([], ['Creme brulee'], [], identify))
})
