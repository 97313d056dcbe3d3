// The worker thread behind tesseract.ts. tesseract.js has a thread of its own below this one; what calls it has to be
// expendable: data that Tesseract refuses ends in an exception of its message handler, a fault in its thread is an 'error'
// event that nobody can hear before it is ready, and a start that failed never settles. Here all that ends this thread at
// worst, and the pool makes another.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Worker as Thread } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { OEM, PSM, type Worker, createWorker } from 'tesseract.js'

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

/** A line of words. */
export interface TesseractLine {
  readonly words: readonly TesseractWord[]
  readonly bbox: TesseractBox
}

/** What the worker answers. */
export type TesseractResult =
  | { readonly kind: 'done', readonly lines: readonly TesseractLine[] }
  | { readonly kind: 'not_loaded' | 'failed', readonly reason: string }

// A page with automatic layout, a single line.
const SEGMENTATION = { page: PSM.AUTO, line: PSM.SINGLE_LINE } as const
// What tesseract.js says of bytes that are no picture: nothing of Tesseract has run then.
const NO_PICTURE = 'Error: Error attempting to read image.'

// State of this thread alone.
let engine: Promise<Worker> | undefined
let selected: TesseractTask['mode'] | undefined

/** Loads languages and reads a picture. Exported for the pool alone. */
export default async function recognise ({ languages, picture, mode }: TesseractTask): Promise<TesseractResult> {
  let worker: Worker
  try {
    worker = await (engine ??= start(languages))
  } catch (error) {
    return { kind: 'not_loaded', reason: reasonOf(error) }
  }
  if (picture === undefined) return { kind: 'done', lines: [] }
  try {
    if (selected !== mode) await worker.setParameters({ tessedit_pageseg_mode: SEGMENTATION[mode] })
    selected = mode
    const { data: { blocks } } = await worker.recognize(portableGreymap(picture), {}, { text: false, blocks: true })
    const lines = (blocks ?? []).flatMap(block => block.paragraphs.flatMap(paragraph => paragraph.lines))
    return { kind: 'done', lines: lines.map(line => ({ bbox: boxOf(line.bbox), words: line.words.map(wordOf) })) }
  } catch (error) {
    if (error === NO_PICTURE) return { kind: 'failed', reason: 'the picture cannot be read' }
    // Its memory may be damaged.
    engine = selected = undefined
    await worker.terminate()
    return { kind: 'failed', reason: reasonOf(error) }
  }
}

async function start (languages: readonly LanguageData[]): Promise<Worker> {
  // Looked at here, because tesseract.js waits for ever where a file is missing or damaged.
  const data = languages.map(({ code, path }) => ({ code, path, bytes: unzipped(readFileSync(path)) }))
  return await new Promise<Worker>((resolve, reject) => {
    let thread: Thread | undefined
    let isUp = false
    const fail = (reason: unknown): void => {
      if (isUp) return
      // Of one job it may say that it failed and then that it is done, and the second would be an exception here.
      thread?.removeAllListeners('message')
      thread?.terminate().catch(() => {})
      reject(reason)
    }
    // Nothing else in this thread starts threads, and tesseract.js does not give this one before all is well.
    process.once('worker', started => {
      thread = started.once('error', fail)
      silence(started)
    })
    load(data, fail).then(worker => {
      isUp = true
      // Unheard, a fault ends this thread too, and so whatever waits for it.
      thread?.removeListener('error', fail)
      resolve(worker)
    }, fail)
  })
}

// Tesseract and Leptonica print about every picture that is odd.
function silence ({ stdout, stderr }: Thread): void {
  stdout.unpipe().resume()
  stderr.unpipe().resume()
}

// tesseract.js reads one folder only; what lies in others is given to it.
async function load (data: ReadonlyArray<LanguageData & { readonly bytes: Uint8Array }>, errorHandler: (reason: unknown) => void): Promise<Worker> {
  const [first, ...others] = data
  if (first === undefined) throw new Error('no language is named')
  // It holds this very list as that of the languages it has, and would look for what is not in it.
  const codes = [first.code]
  const worker = await createWorker(codes, OEM.LSTM_ONLY, { langPath: dirname(first.path), gzip: first.path.endsWith('.gz'), cacheMethod: 'none', errorHandler })
  if (others.length > 0) {
    for (const { code, bytes } of others) {
      await worker.FS('writeFile', [`${code}.traineddata`, bytes])
      codes.push(code)
    }
    await worker.reinitialize(codes.join('+'))
  }
  for (const { code } of data) await worker.FS('unlink', [`${code}.traineddata`])
  return worker
}

function unzipped (data: Buffer): Uint8Array {
  return data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data
}

function portableGreymap ({ data, width, height }: GreyPicture): Buffer {
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
