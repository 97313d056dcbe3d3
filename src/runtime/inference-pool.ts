// Neural nets in worker threads: loaded when first asked for, kept warm, freed after an idle time, replaced after a
// crash. Who calls holds a slot of the CPU budget, and there are as many threads as slots: nothing queues here.
import { Piscina } from 'piscina'
import { Failure } from '../errors.js'
import type { InferenceResult, InferenceTask } from './inference-worker.js'
import type { LoadedFrom } from './loaded-from.js'
import type { Tensors } from './tensor.js'

export type { LoadedFrom }

export interface InferencePoolOptions {
  /** Threads at most; the slots of the CPU budget. */
  readonly threads: number
  /** How long the threads and their models live on without any work; Infinity keeps them. */
  readonly idleTimeoutMs: number
  /** The longest time for one run; the thread is killed then. */
  readonly runTimeoutMs: number
  /** What runs in a thread; tests put something else there. */
  readonly worker?: URL
  /** Node's own arguments for the threads; the process's if not given. */
  readonly execArgv?: string[]
}

export interface InferencePool {
  /**
   * Runs a net. The inputs' buffers are transferred: they are empty afterwards. It cannot be interrupted, so there is no
   * signal: ask the request's own before and after.
   * @param outputs names of the tensors that are wanted
   * @throws Failure model_missing where the file cannot be loaded or is not what its row says, deadline_passed; Error
   *   where the run fails or its thread dies
   */
  run (net: LoadedFrom, feeds: Tensors, outputs: readonly string[]): Promise<Tensors>
  /** Brings all threads up and loads nets into each of them. @throws Failure model_missing for the first that cannot be loaded */
  warm (nets: readonly LoadedFrom[]): Promise<void>
  /** Paths of the nets that are loaded in some thread now. */
  readonly loaded: ReadonlySet<string>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

type Pool = Piscina<InferenceTask, InferenceResult>

/** The worker stands beside this file: compiled in production, as TypeScript under the test runner. */
const WORKER_URL = new URL(`./inference-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Makes the pool; no thread starts before the first run. */
export function createInferencePool ({ threads, idleTimeoutMs, runTimeoutMs, worker = WORKER_URL, execArgv }: InferencePoolOptions): InferencePool {
  // Piscina's own idle timeout now and then leaves the last thread standing, so the pool itself comes and goes.
  const startPool = (): Pool => {
    const pool: Pool = new Piscina<InferenceTask, InferenceResult>({
      filename: worker.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: Infinity,
      concurrentTasksPerWorker: 1,
      ...(execArgv === undefined ? {} : { execArgv })
    })
    // A thread that dies without a task, before it has begun or while it is killed, is told by an event; unheard, that
    // would end the process. What waits for a thread that cannot start would wait for ever.
    pool.on('error', (error: unknown) => {
      if (pool.threads.length > 0) return
      for (const fail of waiting) fail(error)
      endPool().catch(() => {})
    })
    return pool
  }
  let pool: Pool | undefined
  let idle: NodeJS.Timeout | undefined
  let underWay = 0
  let closed = false
  const waiting = new Set<(error: unknown) => void>()
  const loadedByThread = new Map<number, Set<string>>()

  async function endPool (): Promise<void> {
    clearTimeout(idle)
    const ending = pool
    pool = undefined
    loadedByThread.clear()
    await ending?.destroy()
  }

  async function give (task: InferenceTask, transferList: ArrayBuffer[]): Promise<InferenceResult> {
    if (closed) throw stopping()
    underWay++
    clearTimeout(idle)
    try {
      pool ??= startPool()
      const result = await withinTime(pool, task, transferList)
      noteLoaded(result)
      return result
    } finally {
      underWay--
      if (underWay === 0 && idleTimeoutMs !== Infinity) idle = setTimeout(() => { endPool().catch(() => {}) }, idleTimeoutMs).unref()
    }
  }

  async function withinTime (pool: Pool, task: InferenceTask, transferList: ArrayBuffer[]): Promise<InferenceResult> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), runTimeoutMs)
    let noThread: { readonly cause: unknown } | undefined
    const fail = (cause: unknown): void => {
      noThread = { cause }
      abort.abort()
    }
    waiting.add(fail)
    try {
      return await pool.run(task, { signal: abort.signal, transferList })
    } catch (error) {
      if (noThread !== undefined) throw new Error('no inference thread can start', noThread)
      if (abort.signal.aborted) throw new Failure('deadline_passed', `a model ran for longer than ${runTimeoutMs / 1000} s, which is the limit`)
      throw closed ? stopping(error) : error
    } finally {
      clearTimeout(timer)
      waiting.delete(fail)
    }
  }

  function noteLoaded ({ thread, loaded }: InferenceResult): void {
    loadedByThread.set(thread, new Set(loaded))
  }

  return {
    get loaded () {
      return new Set((pool?.threads ?? []).flatMap(({ threadId }) => [...loadedByThread.get(threadId) ?? []]))
    },
    threads: () => pool?.threads.length ?? 0,
    async run (net, feeds, outputs) {
      return outputsOf(await give({ nets: [net], feeds, outputs }, buffersOf(feeds)), net.id)
    },
    async warm (nets) {
      if (nets.length === 0) return
      const meeting = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      await Promise.all(Array.from({ length: threads }, async () => {
        outputsOf(await give({ nets, feeds: undefined, outputs: [], meeting: { arrived: meeting, threads } }, []))
      }))
    },
    async close () {
      closed = true
      await endPool()
    }
  }
}

function outputsOf (result: InferenceResult, id = ''): Tensors {
  if (result.kind === 'done') return result.outputs
  if (result.kind === 'not_loaded') {
    throw new Failure('model_missing', `the model ${result.id} cannot be loaded; \`compute-api models verify\` tells what is wrong`, { cause: result.reason })
  }
  throw new Error(`the model ${id} failed: ${result.reason}`)
}

function stopping (cause?: unknown): Failure {
  return new Failure('busy', 'the server is stopping', { cause, retryAfterS: 5 })
}

function buffersOf (feeds: Tensors): ArrayBuffer[] {
  return [...new Set(Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer))]
}
