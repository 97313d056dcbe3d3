// The worker thread behind inference-pool.ts: onnxruntime blocks its thread for the whole of a run, so it lives here.
// What goes wrong is returned, not thrown, because an error loses its class between threads.
import { readFile } from 'node:fs/promises'
import { threadId } from 'node:worker_threads'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'
import { fromHalf, toHalf } from './half-float.js'
import type { LoadedFrom } from './loaded-from.js'
import { digestBytes, digestFault } from './model-digest.js'
import { type WantedOutput, summariseRows } from './row-summary.js'
import type { Tensor, Tensors } from './tensor.js'

/** What a thread is told when it starts. */
export interface InferenceSettings {
  readonly sparesMemory: boolean
}

/** What the worker is asked: to load nets, and to run the last of them if there are inputs. */
export interface InferenceTask {
  readonly nets: readonly LoadedFrom[]
  readonly feeds: Tensors | undefined
  /** What is to be sent back. */
  readonly outputs: readonly WantedOutput[]
  /** Where each thread is to get one of several tasks: none goes on before all have begun theirs. */
  readonly meeting?: { readonly arrived: Int32Array<SharedArrayBuffer>, readonly threads: number }
}

/** What the worker answers. */
export type InferenceResult = {
  readonly thread: number
  /** Paths of the nets that this thread holds. */
  readonly loaded: readonly string[]
} & (
  | { readonly kind: 'done', readonly outputs: Tensors }
  | { readonly kind: 'not_loaded', readonly id: string, readonly reason: string }
  | { readonly kind: 'failed', readonly reason: string }
)

// Where Node has Float16Array (24), onnxruntime puts half-precision bits into one, and its native part then finds nothing in it.
// It looks for the class when it makes its first tensor: in this thread there is none.
delete (globalThis as { Float16Array?: unknown }).Float16Array

/** One thread a session: the requests are the parallelism, and the CPU budget counts one CPU for each. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  // The runtime's arena keeps what the largest run so far has taken.
  enableCpuMemArena: !(workerData as InferenceSettings).sparesMemory,
  // A plan wants one block for the whole of a run, of each shape another, and the arena keeps them all: a server that
  // has read text with two workers holds 985 MB with plans and 803 without (`node bench/text.mjs memory`), and takes no longer.
  // Without an arena, one block is what costs the least.
  enableMemPattern: (workerData as InferenceSettings).sparesMemory
}

// A thread that dies before the meeting must not hold up the others.
const LONGEST_MEETING_MS = 10_000

// State of this thread alone; it goes with the thread when that has been idle for long.
const sessions = new Map<string, Promise<InferenceSession>>()

/** Loads nets and runs one. Exported for the pool alone. */
export default async function infer ({ nets, feeds, outputs, meeting }: InferenceTask): Promise<unknown> {
  if (meeting !== undefined) meet(meeting)
  let session: InferenceSession | undefined
  for (const net of nets) {
    try {
      session = await loadOnce(net)
    } catch (error) {
      return { ...here(), kind: 'not_loaded', id: net.id, reason: reasonOf(error) } satisfies InferenceResult
    }
  }
  if (feeds === undefined || session === undefined) return { ...here(), kind: 'done', outputs: {} } satisfies InferenceResult
  try {
    const results = await session.run(mapValues(feeds, toOrt), outputs.map(nameOf))
    return moved(Object.fromEntries(outputs.map(output => [nameOf(output), wanted(results, output)])))
  } catch (error) {
    return { ...here(), kind: 'failed', reason: reasonOf(error) } satisfies InferenceResult
  }
}

function here (): Pick<InferenceResult, 'thread' | 'loaded'> {
  return { thread: threadId, loaded: [...sessions.keys()] }
}

function meet ({ arrived, threads }: NonNullable<InferenceTask['meeting']>): void {
  const latestMs = performance.now() + LONGEST_MEETING_MS
  Atomics.add(arrived, 0, 1)
  Atomics.notify(arrived, 0)
  for (;;) {
    const count = Atomics.load(arrived, 0)
    const leftMs = latestMs - performance.now()
    if (count >= threads || leftMs <= 0) return
    Atomics.wait(arrived, 0, count, leftMs)
  }
}

function loadOnce (net: LoadedFrom): Promise<InferenceSession> {
  const known = sessions.get(net.path)
  if (known !== undefined) return known
  const loading = load(net)
  sessions.set(net.path, loading)
  loading.catch(() => sessions.delete(net.path))
  return loading
}

/** The very bytes that were checked are the ones that are loaded, whatever happens to the file meanwhile. */
async function load (net: LoadedFrom): Promise<InferenceSession> {
  const bytes = await readFile(net.path)
  const fault = net.digest === undefined ? undefined : digestFault(digestBytes(bytes), net.digest)
  if (fault !== undefined) throw new Error(`the file is damaged: ${fault}`)
  const session = await InferenceSession.create(bytes, SESSION_OPTIONS)
  const difference = differenceOf(session, net)
  if (difference === undefined) return session
  await session.release()
  throw new Error(`the net is another than its row says: ${difference}`)
}

/** The first difference between what a net has and what its row states; undefined where there is none. */
function differenceOf ({ inputMetadata, outputNames }: InferenceSession, { inputs = [], outputs = [] }: LoadedFrom): string | undefined {
  for (const { name, shape } of inputs) {
    const actual = inputMetadata.find(input => input.name === name)
    if (actual === undefined) return `it has no input ${name}, but ${inputMetadata.map(input => input.name).join(', ')}`
    if (!actual.isTensor) return `its input ${name} is no tensor`
    const fits = actual.shape.length === shape.length &&
      actual.shape.every((side, index) => typeof side !== 'number' || side < 1 || shape[index] === undefined || side === shape[index])
    if (!fits) return `its input ${name} has the shape ${actual.shape.join(' x ')}, expected ${shape.map(side => side ?? 'any').join(' x ')}`
  }
  const lacking = outputs.find(name => !outputNames.includes(name))
  return lacking === undefined ? undefined : `it has no output ${lacking}, but ${outputNames.join(', ')}`
}

function toOrt ({ data, dims, type }: Tensor): OrtTensor {
  if (type === 'float16' && data instanceof Float32Array) return new OrtTensor('float16', Uint16Array.from(data, toHalf), dims)
  return data instanceof BigInt64Array ? new OrtTensor('int64', data, dims) : new OrtTensor('float32', data, dims)
}

function fromOrt ({ data, dims, type }: OrtTensor): Tensor {
  if (data instanceof Float32Array || data instanceof BigInt64Array) return { data, dims: [...dims] }
  if (type === 'float16' && data instanceof Uint16Array) return { data: Float32Array.from(data, fromHalf), dims: [...dims] }
  throw new Error(`an output of type ${type} is not supported`)
}

function nameOf (output: WantedOutput): string {
  return typeof output === 'string' ? output : output.name
}

function wanted (results: InferenceSession.OnnxValueMapType, output: WantedOutput): Tensor {
  const result = results[nameOf(output)]
  if (result === undefined) throw new Error(`it gave no ${nameOf(output)}`)
  const tensor = fromOrt(result)
  return typeof output === 'string' ? tensor : summariseRows(tensor, output.columns)
}

function moved (outputs: Tensors): unknown {
  const result: InferenceResult = { ...here(), kind: 'done', outputs }
  return move({
    [transferableSymbol]: Object.values(outputs).map(({ data }) => data.buffer),
    [valueSymbol]: result
  } as unknown as Parameters<typeof move>[0])
}

function mapValues<T, U> (values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}

function reasonOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
