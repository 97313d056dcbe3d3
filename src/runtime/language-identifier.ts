// Tells the language of a text with CLD3, Google's compact language detector, compiled to wasm. It takes well under a
// millisecond, and its wasm is started once, when it is first asked.
import { type LanguageIdentifier as Cld3, loadModule } from 'cld3-asm'

/** What a text seems to be written in. */
export interface LanguageGuess {
  /** BCP-47, as `fr`. */
  readonly language: string
  /** 0..1. */
  readonly probability: number
}

/** Guesses one language for a text; undefined where it has no letters to go by. */
export type IdentifyLanguage = (text: string) => Promise<LanguageGuess | undefined>

const LOAD_TIMEOUT_MS = 30_000
// Longer texts tell no more.
const MAX_BYTES = 2000

/** Makes the function; several may exist, each with a wasm of its own. */
export function createLanguageIdentifier (): IdentifyLanguage {
  let cld3: Promise<Cld3> | undefined
  const start = async (): Promise<Cld3> => (await loadModule({ timeout: LOAD_TIMEOUT_MS })).create(0, MAX_BYTES)
  return async text => {
    if (!/\p{L}/u.test(text)) return undefined
    const { language, probability } = (await (cld3 ??= start())).findLanguage(text)
    return language === 'und' ? undefined : { language, probability }
  }
}
