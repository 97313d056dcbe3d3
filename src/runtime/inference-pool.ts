// Neural nets in worker threads: loaded when first asked for, kept warm, freed after an idle time, replaced after a
// crash. Who calls holds a slot of the CPU budget, and there are as many threads as slots: nothing queues here.
import { Failure } from '../errors.js'
import type { InferenceResult, InferenceSettings, InferenceTask } from './inference-worker.js'
import type { LoadedFrom } from './loaded-from.js'
import type { WantedOutput } from './row-summary.js'
import type { Tensors } from './tensor.js'
import { createDeadline, createThreadPool } from './thread-pool.js'

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
  /** Gives memory back after every run, which costs computing; otherwise it is kept for the next. */
  readonly sparesMemory?: boolean
}

export interface InferencePool {
  /**
   * Runs a net. The inputs' buffers are transferred: they are empty afterwards. It cannot be interrupted, so there is no
   * signal: ask the request's own before and after.
   * @param outputs the tensors that are wanted, or summaries of them; they come back under their names
   * @throws Failure model_missing where the file cannot be loaded or is not what its row says, deadline_passed; Error
   *   where the run fails or its thread dies
   */
  run (net: LoadedFrom, feeds: Tensors, outputs: readonly WantedOutput[]): Promise<Tensors>
  /** Brings all threads up and loads nets into each of them. @throws Failure model_missing for the first that cannot be loaded */
  warm (nets: readonly LoadedFrom[]): Promise<void>
  /** Paths of the nets that are loaded in some thread now. */
  readonly loaded: ReadonlySet<string>
  /** How many threads exist now. */
  threads (): number
  close (): Promise<void>
}

const WORKER_URL = new URL('./inference-worker.js', import.meta.url)

/** Makes the pool; no thread starts before the first run. */
export function createInferencePool ({ threads, idleTimeoutMs, runTimeoutMs, worker = WORKER_URL, sparesMemory = false }: InferencePoolOptions): InferencePool {
  const pool = createThreadPool<InferenceTask, InferenceResult>({ worker, threads, idleTimeoutMs, data: { sparesMemory } satisfies InferenceSettings })
  const loadedByThread = new Map<number, ReadonlySet<string>>()

  async function give (task: InferenceTask, transferList: ArrayBuffer[]): Promise<InferenceResult> {
    const deadline = createDeadline(runTimeoutMs, `a model ran for longer than ${runTimeoutMs / 1000} s, which is the limit`)
    try {
      const result = await pool.run(task, { signal: deadline.signal, transferList })
      loadedByThread.set(result.thread, new Set(result.loaded))
      return result
    } finally {
      deadline.clear()
    }
  }

  return {
    get loaded () {
      return new Set(pool.threadIds().flatMap(id => [...loadedByThread.get(id) ?? []]))
    },
    threads: () => pool.threadIds().length,
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
    close: () => pool.close()
  }
}

function outputsOf (result: InferenceResult, id = ''): Tensors {
  if (result.kind === 'done') return result.outputs
  if (result.kind === 'not_loaded') {
    throw new Failure('model_missing', `the model ${result.id} cannot be loaded; \`compute-api models verify\` tells what is wrong`, { cause: result.reason })
  }
  throw new Error(`the model ${id} failed: ${result.reason}`)
}

function buffersOf (feeds: Tensors): ArrayBuffer[] {
  return [...new Set(Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer))]
}
