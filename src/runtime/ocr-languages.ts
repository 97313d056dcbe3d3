// Where Tesseract's language data is: in the embedded set, or in an npm package that someone has installed beside it.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../errors.js'
import type { ModelStore } from './model-store.js'
import type { LanguageData } from './tesseract.js'

/** Languages of the embedded set, by Tesseract's codes. */
const EMBEDDED = new Set(['eng', 'fra'])
// The same place seen from src/runtime and from dist/runtime.
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What was found of the languages that were asked for. */
export interface OcrLanguages {
  readonly found: readonly LanguageData[]
  /** Codes for which no data is installed. */
  readonly missing: readonly string[]
}

/**
 * Looks for language data. Embedded data that is damaged is left out: the store has said so.
 * @param codes as `eng`
 */
export function findOcrLanguages (codes: readonly string[], models: Pick<ModelStore, 'fileOf'>, root: string = ROOT): OcrLanguages {
  const found: LanguageData[] = []
  const missing: string[] = []
  for (const code of codes) {
    const path = EMBEDDED.has(code) ? embedded(code, models) : inPackage(code, root)
    if (path !== undefined) found.push({ code, path })
    else if (!EMBEDDED.has(code)) missing.push(code)
  }
  return { found, missing }
}

/** The npm package that carries a language's data. */
export function packageOf (code: string): string {
  return `@tesseract.js-data/${code}`
}

/** BCP-47 of one of Tesseract's codes: `fr` of `fra`, `zh` of `chi_sim`. */
export function localeOf (code: string): string {
  const [language = code] = code.split('_')
  return language === 'chi' ? 'zh' : Intl.getCanonicalLocales(language)[0] ?? language
}

function embedded (code: string, models: Pick<ModelStore, 'fileOf'>): string | undefined {
  try {
    return models.fileOf(`tesseract-${code}`, 'data')
  } catch (error) {
    if (error instanceof Failure && error.kind === 'model_missing') return undefined
    throw error
  }
}

function inPackage (code: string, root: string): string | undefined {
  const file = join(packageOf(code), '4.0.0_best_int', `${code}.traineddata.gz`)
  const places = createRequire(join(root, 'package.json')).resolve.paths(packageOf(code)) ?? []
  return places.map(place => join(place, file)).find(path => existsSync(path))
}
