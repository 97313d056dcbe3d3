// Starts tesseract.js-core, Tesseract compiled to wasm, in the thread that asks. The package has no types; these are
// the parts of its interface that are used.
import { createRequire } from 'node:module'
import { relaxedSimd, simd } from 'wasm-feature-detect'

export interface TessBaseApi {
  /** Gives -1 where the languages cannot be loaded. */
  Init (dataPath: null, languages: string, engineMode: number): number
  SetVariable (name: string, value: string): boolean
  /** Reads the picture from the file /input. Gives 1 where that is none. */
  SetImageFile (exifOrientation: number, angle: number): number
  Recognize (monitor: null): number
  GetJSONText (): string
  Clear (): void
}

export interface TesseractModule {
  readonly FS: { writeFile (path: string, data: Uint8Array): void, unlink (path: string): void }
  readonly TessBaseAPI: new () => TessBaseApi
}

type Start = (options: { print: (text: string) => void, printErr: (text: string) => void }) => Promise<TesseractModule>

const require = createRequire(import.meta.url)

/** Compiles and starts the fastest build that this processor and Node can run. It prints nothing. */
export async function startTesseractCore (): Promise<TesseractModule> {
  const build = await relaxedSimd() ? '-relaxedsimd' : await simd() ? '-simd' : ''
  const start = require(`tesseract.js-core/tesseract-core${build}-lstm`) as Start
  return await start({ print: () => {}, printErr: () => {} })
}
