// Tesseract in worker threads of its own: loaded when first asked for, one picture at a time in each, killed and
// replaced when it takes too long or breaks. Who calls holds a slot of the CPU budget, and there are as many threads as
// slots. It is given pixels of ours, never anyone's file: a damaged one could break it.
import { Failure } from '../errors.js'
import type { GreyPicture, LanguageData, TesseractLine, TesseractResult, TesseractTask } from './tesseract-worker.js'
import { createDeadline, createThreadPool } from './thread-pool.js'

export type { GreyPicture, LanguageData, TesseractBox, TesseractLine, TesseractSymbol, TesseractWord } from './tesseract-worker.js'

export interface TesseractOptions {
  /** Threads at most; the slots of the CPU budget. */
  readonly threads: number
  /** In order of preference. */
  readonly languages: readonly LanguageData[]
  /** How long a thread lives on without work. */
  readonly idleTimeoutMs: number
  /** The longest time for one picture; the thread is killed then. */
  readonly runTimeoutMs: number
}

export interface Tesseract {
  /** Codes of its languages. */
  readonly languages: readonly string[]
  /**
   * Reads a picture as a single line or as a page.
   * @throws Failure model_missing where the languages cannot be loaded, deadline_passed; Error where Tesseract breaks
   */
  read (picture: GreyPicture, mode: TesseractTask['mode']): Promise<readonly TesseractLine[]>
  /** Starts every thread ahead of the first picture. @throws Failure model_missing */
  warm (): Promise<void>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

const WORKER_URL = new URL('./tesseract-worker.js', import.meta.url)

/** Makes it; no thread starts before the first picture. */
export function createTesseract ({ threads, languages, idleTimeoutMs, runTimeoutMs }: TesseractOptions): Tesseract {
  // Its first language rules, and English there writes French without accents: of 131 it keeps 92, French first 128.
  const inOrder = [...languages.filter(({ code }) => code !== 'eng'), ...languages.filter(({ code }) => code === 'eng')]
  const pool = createThreadPool<TesseractTask, TesseractResult>({ worker: WORKER_URL, threads, idleTimeoutMs })

  async function ask (task: TesseractTask): Promise<readonly TesseractLine[]> {
    const deadline = createDeadline(runTimeoutMs, `Tesseract read for longer than ${runTimeoutMs / 1000} s, which is the limit`)
    const result = await pool.run(task, { signal: deadline.signal }).finally(() => deadline.clear())
    if (result.kind === 'done') return result.lines
    if (result.kind === 'not_loaded') {
      throw new Failure('model_missing', `Tesseract's language data (${languages.map(({ code }) => code).join(', ')}) cannot be loaded; \`compute-api models verify\` tells what is wrong`, { cause: result.reason })
    }
    throw new Error(`Tesseract failed: ${result.reason}`)
  }

  return {
    languages: languages.map(({ code }) => code),
    threads: () => pool.threadIds().length,
    read: async (picture, mode) => await ask({ languages: inOrder, picture, mode }),
    async warm () {
      await Promise.all(Array.from({ length: threads }, async () => await ask({ languages: inOrder, picture: undefined, mode: 'line' })))
    },
    close: () => pool.close()
  }
}
