// Worker threads for jobs that use OpenCV. Each job is a module of its own whose default export takes a task; all jobs
// share the threads and, within a thread, the instance of OpenCV. A thread that hangs is killed, one that dies is
// replaced. Who calls holds a slot of the CPU budget, and there are as many threads as slots: nothing queues here.
import { Piscina } from 'piscina'
import { Failure } from '../errors.js'

export interface OpencvPoolOptions {
  /** Threads at most; the slots of the CPU budget. */
  readonly threads: number
  /** How long a thread and its OpenCV live on without work. */
  readonly idleTimeoutMs: number
  /** The longest time for one task; the thread is killed then. */
  readonly runTimeoutMs: number
}

/** A job: where its module is, and what it takes and gives. */
export interface OpencvJob<Task, Result> {
  readonly url: URL
  /** Only for the types; never there. */
  readonly types?: readonly [Task, Result]
}

export interface OpencvPool {
  /**
   * Runs a job on a task, which is copied. It cannot be interrupted, so there is no signal.
   * @throws Failure deadline_passed, busy while closing; Error where the job throws or its thread dies
   */
  run<Task, Result> (job: OpencvJob<Task, Result>, task: Task): Promise<Result>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

/** JavaScript objects only; pixels and WebAssembly memory lie outside. */
const MAX_HEAP_MB = 192

/** Names a job whose module stands beside the caller's: compiled in production, TypeScript under the test runner. */
export function opencvJob<Task, Result> (name: string, callerUrl: string): OpencvJob<Task, Result> {
  return { url: new URL(`./${name}${callerUrl.endsWith('.ts') ? '.ts' : '.js'}`, callerUrl) }
}

/** Makes the pool; no thread starts before the first task. */
export function createOpencvPool ({ threads, idleTimeoutMs, runTimeoutMs }: OpencvPoolOptions): OpencvPool {
  const pool = new Piscina<unknown, unknown>({
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleTimeoutMs,
    concurrentTasksPerWorker: 1,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB }
  })
  // A thread that dies without a task is told by an event; unheard, that would end the process. The next task gets a new one.
  pool.on('error', () => {})
  let closed = false

  return {
    async run<Task, Result> (job: OpencvJob<Task, Result>, task: Task): Promise<Result> {
      const abort = new AbortController()
      const timer = setTimeout(() => abort.abort(), runTimeoutMs)
      try {
        return await pool.run(task, { filename: job.url.href, signal: abort.signal }) as Result
      } catch (error) {
        if (abort.signal.aborted) throw new Failure('deadline_passed', `the comparison ran for longer than ${runTimeoutMs / 1000} s, which is the limit`)
        throw closed ? new Failure('busy', 'the server is stopping', { cause: error, retryAfterS: 5 }) : error
      } finally {
        clearTimeout(timer)
      }
    },
    threads: () => pool.threads.length,
    async close () {
      closed = true
      await pool.destroy()
    }
  }
}
