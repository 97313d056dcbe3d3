// Worker threads for jobs that use OpenCV. Each job is a module of its own whose default export takes a task; all jobs
// share the threads and, within a thread, the instance of OpenCV. A thread that hangs is killed, one that dies is
// replaced. Who calls holds a slot of the CPU budget, and there are as many threads as slots: nothing queues here.
import { createDeadline, createThreadPool } from './thread-pool.js'

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

/** Names a job whose module stands beside the caller's. */
export function opencvJob<Task, Result> (name: string, callerUrl: string): OpencvJob<Task, Result> {
  return { url: new URL(`./${name}.js`, callerUrl) }
}

/** Makes the pool; no thread starts before the first task. */
export function createOpencvPool ({ threads, idleTimeoutMs, runTimeoutMs }: OpencvPoolOptions): OpencvPool {
  const pool = createThreadPool<unknown, unknown>({ threads, idleTimeoutMs, maxHeapMb: MAX_HEAP_MB })
  return {
    async run<Task, Result> (job: OpencvJob<Task, Result>, task: Task): Promise<Result> {
      const deadline = createDeadline(runTimeoutMs, `the comparison ran for longer than ${runTimeoutMs / 1000} s, which is the limit`)
      try {
        return await pool.run(task, { worker: job.url, signal: deadline.signal }) as Result
      } finally {
        deadline.clear()
      }
    },
    threads: () => pool.threadIds().length,
    close: () => pool.close()
  }
}
