// Worker threads that come when there is work, are replaced when they die, and really end when there is none: what every
// pool of this program has in common.
import * as workerThreads from 'node:worker_threads'
import { Piscina } from 'piscina'
import { Failure } from '../errors.js'

const BACKGROUND_URL = new URL('./background-thread.js', import.meta.url)

export interface ThreadPoolOptions {
  /** The module that runs in a thread; a task may name another one. */
  readonly worker?: URL
  /** Threads at most. */
  readonly threads: number
  /** How long the threads live on without any work; Infinity keeps them. */
  readonly idleTimeoutMs: number
  /** JavaScript objects in a thread; pixels and WebAssembly memory lie outside. */
  readonly maxHeapMb?: number
  /** What every thread is given when it starts, as Piscina's `workerData`. */
  readonly data?: unknown
}

/** How one task is to run. */
export interface TaskOptions {
  /** When aborted, the thread at work is killed. */
  readonly signal: AbortSignal
  /** Buffers that are handed over instead of copied; what cannot be, as some native modules make them, is copied. */
  readonly transferList?: readonly ArrayBuffer[]
  readonly worker?: URL
}

export interface ThreadPool<Task, Result> {
  /**
   * Runs a task in a thread.
   * @throws Failure busy while closing; the reason of `signal`; Error where the worker throws, its thread dies, or none
   *   can start
   */
  run (task: Task, options: TaskOptions): Promise<Result>
  /** Ids of the threads that exist now. */
  threadIds (): readonly number[]
  /** Kills the threads; what is under way is rejected. */
  close (): Promise<void>
}

/**
 * A signal that is aborted after a time.
 * @param message of the Failure deadline_passed that is its reason
 */
export function createDeadline (timeoutMs: number, message: string): { readonly signal: AbortSignal, clear (): void } {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(new Failure('deadline_passed', message)), timeoutMs)
  return { signal: abort.signal, clear: () => clearTimeout(timer) }
}

// Node 20 has no word for it, and no such buffers.
const isUntransferable = (workerThreads as { isMarkedAsUntransferable?: (buffer: ArrayBuffer) => boolean }).isMarkedAsUntransferable ?? (() => false)

/** Makes the pool; no thread starts before the first task. */
export function createThreadPool<Task, Result> ({ worker, threads, idleTimeoutMs, maxHeapMb, data }: ThreadPoolOptions): ThreadPool<Task, Result> {
  type Pool = Piscina<Task, Result>
  let pool: Pool | undefined
  let idle: NodeJS.Timeout | undefined
  let underWay = 0
  let closed = false
  const waiting = new Set<(cause: unknown) => void>()

  // Piscina's own idle timeout now and then leaves the last thread standing, so the pool itself comes and goes.
  function startPool (): Pool {
    const started: Pool = new Piscina<Task, Result>({
      ...worker === undefined ? {} : { filename: worker.href },
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: Infinity,
      concurrentTasksPerWorker: 1,
      workerData: data,
      ...maxHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } },
      execArgv: [...process.execArgv, `--import=${BACKGROUND_URL.href}`]
    })
    // A thread that dies without a task, before it has begun or while it is killed, is told by an event; unheard, that
    // would end the process. What waits for a thread that cannot start would wait for ever.
    started.on('error', (cause: unknown) => {
      if (started.threads.length > 0) return
      for (const fail of waiting) fail(cause)
      endPool().catch(() => {})
    })
    return started
  }

  async function endPool (): Promise<void> {
    clearTimeout(idle)
    const ending = pool
    pool = undefined
    await ending?.destroy()
  }

  async function runIn (pool: Pool, task: Task, { signal, transferList = [], worker }: TaskOptions): Promise<Result> {
    const noThread = new AbortController()
    const fail = (cause: unknown): void => { noThread.abort(new Error('no worker thread can start', { cause })) }
    waiting.add(fail)
    try {
      return await pool.run(task, {
        signal: AbortSignal.any([signal, noThread.signal]),
        transferList: transferList.filter(buffer => !isUntransferable(buffer)),
        ...worker === undefined ? {} : { filename: worker.href }
      })
    } catch (error) {
      signal.throwIfAborted()
      noThread.signal.throwIfAborted()
      throw closed ? stopping(error) : error
    } finally {
      waiting.delete(fail)
    }
  }

  return {
    async run (task, options) {
      if (closed) throw stopping()
      options.signal.throwIfAborted()
      underWay++
      clearTimeout(idle)
      try {
        pool ??= startPool()
        return await runIn(pool, task, options)
      } finally {
        underWay--
        if (underWay === 0 && idleTimeoutMs !== Infinity) idle = setTimeout(() => { endPool().catch(() => {}) }, idleTimeoutMs).unref()
      }
    },
    threadIds: () => (pool?.threads ?? []).map(({ threadId }) => threadId),
    async close () {
      closed = true
      await endPool()
    }
  }
}

function stopping (cause?: unknown): Failure {
  return new Failure('busy', 'the server is stopping', { cause, retryAfterS: 5 })
}
