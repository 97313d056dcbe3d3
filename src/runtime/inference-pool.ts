// Neural nets in worker threads: loaded when first asked for, kept warm, freed after an idle time, replaced after a
// crash. Who calls holds a slot of the CPU budget, and there are as many threads as slots: nothing queues here.
import { Piscina } from 'piscina'
import { Failure } from '../errors.js'
import type { InferenceResult, InferenceTask } from './inference-worker.js'
import type { Tensors } from './tensor.js'

/** A net in a file. */
export interface LoadedFrom {
  /** The model's name, for messages. */
  readonly id: string
  readonly path: string
}

export interface InferencePoolOptions {
  /** Threads at most; the slots of the CPU budget. */
  readonly threads: number
  /** How long a thread and its models live on without work. */
  readonly idleTimeoutMs: number
  /** The longest time for one run; the thread is killed then. */
  readonly runTimeoutMs: number
}

export interface InferencePool {
  /**
   * Runs a net. The inputs' buffers are transferred: they are empty afterwards. It cannot be interrupted, so there is no
   * signal: ask the request's own before and after.
   * @param outputs names of the tensors that are wanted
   * @throws Failure model_missing where the file cannot be loaded, deadline_passed; Error where the run fails
   */
  run (net: LoadedFrom, feeds: Tensors, outputs: readonly string[]): Promise<Tensors>
  /** Loads nets into every thread ahead of the first request. @throws Failure model_missing */
  warm (nets: readonly LoadedFrom[]): Promise<void>
  /** Paths of the nets that were loaded in some thread since the pool was last without threads. */
  readonly loaded: ReadonlySet<string>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

/** The worker stands beside this file: compiled in production, as TypeScript under the test runner. */
const WORKER_URL = new URL(`./inference-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Makes the pool; no thread starts before the first run. */
export function createInferencePool ({ threads, idleTimeoutMs, runTimeoutMs }: InferencePoolOptions): InferencePool {
  const pool = new Piscina<InferenceTask, InferenceResult>({
    filename: WORKER_URL.href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleTimeoutMs,
    concurrentTasksPerWorker: 1
  })
  const loaded = new Set<string>()
  pool.on('workerDestroy', () => { if (pool.threads.length === 0) loaded.clear() })
  let closed = false

  async function ask (net: LoadedFrom, task: InferenceTask, transferList: ArrayBuffer[]): Promise<Tensors> {
    const result = await withinTime(signal => pool.run(task, { signal, transferList }))
    if (result.kind === 'done') {
      loaded.add(net.path)
      return result.outputs
    }
    if (result.kind === 'not_loaded') {
      throw new Failure('model_missing', `the model ${net.id} cannot be loaded; \`compute-api models verify\` tells what is wrong`, { cause: result.reason })
    }
    throw new Error(`the model ${net.id} failed: ${result.reason}`)
  }

  async function withinTime<T> (run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), runTimeoutMs)
    try {
      return await run(abort.signal)
    } catch (error) {
      if (abort.signal.aborted) throw new Failure('deadline_passed', `a model ran for longer than ${runTimeoutMs / 1000} s, which is the limit`)
      throw closed ? new Failure('busy', 'the server is stopping', { cause: error, retryAfterS: 5 }) : error
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    loaded,
    threads: () => pool.threads.length,
    run: async (net, feeds, outputs) => await ask(net, { path: net.path, feeds, outputs }, buffersOf(feeds)),
    async warm (nets) {
      // One at a time in each thread; as many at once as there are threads brings them all up.
      for (const net of nets) {
        await Promise.all(Array.from({ length: threads }, async () => await ask(net, { path: net.path, feeds: undefined, outputs: [] }, [])))
      }
    },
    async close () {
      closed = true
      await pool.destroy()
    }
  }
}

function buffersOf (feeds: Tensors): ArrayBuffer[] {
  return [...new Set(Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer))]
}
