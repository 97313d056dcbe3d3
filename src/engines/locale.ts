// The language of what was read. Signs and labels are short, in capitals and half of names: the detector is believed as
// it is only on longer texts, else line by line among the languages that are expected here.
import type { IdentifyLanguage } from '../runtime/language-identifier.js'

/** What a text without letters is written in. */
const UNDETERMINED = 'und'
// From so many letters on, and so sure, any language is believed.
const LONG_TEXT = 60
const SURE = 0.9
// Of fewer letters the detector tells any language; in French one word of six has an accent, in English one of hundreds.
const SHORT_TEXT = 20
const ACCENTED_WORDS = 0.02

// Scripts that one language, or one far before all others, is written in.
const LANGUAGE_OF_SCRIPT: ReadonlyArray<readonly [RegExp, string]> = [
  [/[\p{sc=Hira}\p{sc=Kana}]/gu, 'ja'], [/\p{sc=Hang}/gu, 'ko'], [/\p{sc=Hani}/gu, 'zh'], [/\p{sc=Cyrl}/gu, 'ru'], [/\p{sc=Arab}/gu, 'ar'],
  [/\p{sc=Grek}/gu, 'el'], [/\p{sc=Hebr}/gu, 'he'], [/\p{sc=Thai}/gu, 'th'], [/\p{sc=Deva}/gu, 'hi']
]
// Letters by which a language shows in a few words.
const LETTERS_OF: Readonly<Record<string, RegExp>> = {
  fr: /[àâçèéêëîïôùûœ]/g, de: /[äöüß]/g, es: /[ñ¿¡áíóú]/g, pt: /[ãõçáê]/g, it: /[àèìòù]/g, sv: /[åäö]/g, da: /[åæø]/g, pl: /[ąćęłńóśźż]/g
}

/**
 * The language of lines of text as BCP-47.
 * @param expected languages in order of preference: those that were hinted at, then those that can be read
 */
export async function identifyLocale (lines: readonly string[], expected: readonly string[], identify: IdentifyLanguage): Promise<string> {
  // Capitals mislead the detector.
  const lower = lines.map(line => line.toLowerCase())
  const text = lower.join(' ')
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  if (letters === 0) return UNDETERMINED
  const latin = text.match(/\p{sc=Latn}/gu)?.length ?? 0
  if (latin < letters / 2) return (await identify(text))?.language ?? languageOfScript(text) ?? UNDETERMINED
  const whole = await identify(text)
  if (whole !== undefined && letters >= LONG_TEXT && whole.probability >= SURE) return whole.language
  return await vote(lower, expected, identify) ?? byLetters(text, expected) ?? whole?.language ?? UNDETERMINED
}

/**
 * Whether a text may be in one of some languages that write with accents: it has words with accents, or reads like one of
 * them. A word or two tell nothing, and may be.
 * @param words those of its words that were read surely
 */
export async function mayBeIn (languages: readonly string[], lines: readonly string[], words: readonly string[], identify: IdentifyLanguage): Promise<boolean> {
  if (languages.length === 0) return false
  const text = lines.join(' ').toLowerCase()
  if ((text.match(/\p{L}/gu)?.length ?? 0) < SHORT_TEXT) return true
  const accented = words.filter(word => /[^\P{sc=Latn}a-z]/u.test(word.toLowerCase())).length
  if (accented > 0 && accented >= ACCENTED_WORDS * words.length) return true
  const whole = await identify(text)
  return whole === undefined || languages.includes(whole.language)
}

async function vote (lines: readonly string[], expected: readonly string[], identify: IdentifyLanguage): Promise<string | undefined> {
  const votes = new Map<string, number>()
  for (const line of lines) {
    const guess = await identify(line)
    if (guess === undefined || !expected.includes(guess.language)) continue
    votes.set(guess.language, (votes.get(guess.language) ?? 0) + guess.probability * line.length)
  }
  return best(expected, language => votes.get(language) ?? 0, 0)
}

// The first that is expected, unless letters speak for another.
function byLetters (text: string, expected: readonly string[]): string | undefined {
  return best(expected, language => text.match(LETTERS_OF[language] ?? /(?!)/g)?.length ?? 0, -1)
}

function languageOfScript (text: string): string | undefined {
  const [first] = LANGUAGE_OF_SCRIPT
    .map(([letters, language]) => ({ language, count: text.match(letters)?.length ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
  return first?.language
}

function best (languages: readonly string[], weigh: (language: string) => number, least: number): string | undefined {
  let found: string | undefined
  let most = least
  for (const language of languages) {
    const weight = weigh(language)
    if (weight > most) {
      most = weight
      found = language
    }
  }
  return found
}
