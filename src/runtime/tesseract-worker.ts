// The worker thread behind tesseract.ts: one Tesseract in wasm. What goes wrong with a picture is returned; what may
// have broken the wasm's state ends the thread, and the pool makes another.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type TessBaseApi, type TesseractModule, startTesseractCore } from './tesseract-core.js'

/** Language data by its code, as `fra`. */
export interface LanguageData {
  readonly code: string
  /** A .traineddata file, or one compressed with gzip. */
  readonly path: string
}

/** What the worker is asked: to load its languages, and to read a picture if there is one. */
export interface TesseractTask {
  readonly languages: readonly LanguageData[]
  readonly picture: GreyPicture | undefined
  /** A single line, or a page with its own layout. */
  readonly mode: 'line' | 'page'
}

/** One byte a pixel, row-major, 0 black. */
export interface GreyPicture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

export interface TesseractSymbol {
  readonly text: string
  /** 0..100. */
  readonly confidence: number
  readonly bbox: TesseractBox
}

export interface TesseractBox {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

export interface TesseractWord extends TesseractSymbol {
  readonly symbols: readonly TesseractSymbol[]
}

/** A line of words; its baseline in pixels, from its left end to its right. */
export interface TesseractLine {
  readonly words: readonly TesseractWord[]
  readonly bbox: TesseractBox
}

/** What the worker answers. */
export type TesseractResult =
  | { readonly kind: 'done', readonly lines: readonly TesseractLine[] }
  | { readonly kind: 'not_loaded' | 'failed', readonly reason: string }

interface JsonPage {
  readonly blocks: ReadonlyArray<{ readonly paragraphs: ReadonlyArray<{ readonly lines: readonly TesseractLine[] }> }> | null
}

// Tesseract's own numbers: LSTM only; a page with automatic layout, a single line.
const ENGINE_LSTM = 1
const SEGMENTATION = { page: '3', line: '7' } as const

// State of this thread alone.
let core: Promise<TesseractModule> | undefined
let loaded: { readonly languages: string, readonly api: TessBaseApi } | undefined

/** Loads languages and reads a picture. Exported for the pool alone. */
export default async function recognise ({ languages, picture, mode }: TesseractTask): Promise<TesseractResult> {
  const module = await (core ??= startTesseractCore())
  let api: TessBaseApi
  try {
    api = load(module, languages)
  } catch (error) {
    return { kind: 'not_loaded', reason: reasonOf(error) }
  }
  if (picture === undefined) return { kind: 'done', lines: [] }
  api.SetVariable('tessedit_pageseg_mode', SEGMENTATION[mode])
  module.FS.writeFile('/input', portableGreymap(picture))
  if (api.SetImageFile(1, 0) === 1) return { kind: 'failed', reason: 'the picture cannot be read' }
  api.Recognize(null)
  const { blocks } = JSON.parse(api.GetJSONText()) as JsonPage
  api.Clear()
  const lines = (blocks ?? []).flatMap(block => block.paragraphs.flatMap(paragraph => paragraph.lines))
  return { kind: 'done', lines: lines.map(line => ({ bbox: boxOf(line.bbox), words: line.words.map(wordOf) })) }
}

function load ({ FS, TessBaseAPI }: TesseractModule, languages: readonly LanguageData[]): TessBaseApi {
  const codes = languages.map(language => language.code).join('+')
  if (loaded?.languages === codes) return loaded.api
  for (const { code, path } of languages) FS.writeFile(`/${code}.traineddata`, unzipped(readFileSync(path)))
  const api = new TessBaseAPI()
  if (api.Init(null, codes, ENGINE_LSTM) === -1) throw new Error(`Tesseract refuses the data of ${codes}`)
  for (const { code } of languages) FS.unlink(`/${code}.traineddata`)
  loaded = { languages: codes, api }
  return api
}

function unzipped (data: Buffer): Uint8Array {
  return data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data
}

function portableGreymap ({ data, width, height }: GreyPicture): Uint8Array {
  const head = Buffer.from(`P5\n${width} ${height}\n255\n`, 'latin1')
  return Buffer.concat([head, data])
}

// Only what is asked for crosses to the other thread.
function wordOf (word: TesseractWord): TesseractWord {
  return { ...symbolOf(word), symbols: word.symbols.map(symbolOf) }
}

function symbolOf ({ text, confidence, bbox }: TesseractSymbol): TesseractSymbol {
  return { text, confidence, bbox: boxOf(bbox) }
}

function boxOf ({ x0, y0, x1, y1 }: TesseractBox): TesseractBox {
  return { x0, y0, x1, y1 }
}

function reasonOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
