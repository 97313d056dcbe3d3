// The worker thread behind inference-pool.ts: onnxruntime blocks its thread for the whole of a run, so it lives here.
// What goes wrong is returned, not thrown, because an error loses its class between threads.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { fromHalf, toHalf } from './half-float.js'
import type { Tensor, Tensors } from './tensor.js'

/** What the worker is asked: to load a file, and to run it if there are inputs. */
export interface InferenceTask {
  /** The model's file. */
  readonly path: string
  readonly feeds: Tensors | undefined
  /** Names of the outputs to send back. */
  readonly outputs: readonly string[]
}

/** What the worker answers. */
export type InferenceResult =
  | { readonly kind: 'done', readonly outputs: Tensors }
  | { readonly kind: 'not_loaded' | 'failed', readonly reason: string }

/** One thread a session: the requests are the parallelism, and the CPU budget counts one CPU for each. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3
}

// State of this thread alone; it goes with the thread when that has been idle for long.
const sessions = new Map<string, Promise<InferenceSession>>()

/** Loads a model and runs it. Exported for the pool alone. */
export default async function infer ({ path, feeds, outputs }: InferenceTask): Promise<unknown> {
  let session: InferenceSession
  try {
    session = await loadOnce(path)
  } catch (error) {
    return { kind: 'not_loaded', reason: reasonOf(error) } satisfies InferenceResult
  }
  if (feeds === undefined) return { kind: 'done', outputs: {} } satisfies InferenceResult
  try {
    const results = await session.run(mapValues(feeds, toOrt), [...outputs])
    return moved(mapValues(results, fromOrt))
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) } satisfies InferenceResult
  }
}

function loadOnce (path: string): Promise<InferenceSession> {
  const known = sessions.get(path)
  if (known !== undefined) return known
  const loading = InferenceSession.create(path, SESSION_OPTIONS)
  sessions.set(path, loading)
  loading.catch(() => sessions.delete(path))
  return loading
}

function toOrt ({ data, dims, type }: Tensor): OrtTensor {
  if (type === 'float16' && data instanceof Float32Array) return new OrtTensor('float16', Uint16Array.from(data, toHalf), dims)
  return data instanceof BigInt64Array ? new OrtTensor('int64', data, dims) : new OrtTensor('float32', data, dims)
}

function fromOrt ({ data, dims, type }: OrtTensor): Tensor {
  if (data instanceof Float32Array || data instanceof BigInt64Array) return { data, dims: [...dims] }
  // Where the runtime knows Float16Array the bits lie in one.
  if (type === 'float16' && ArrayBuffer.isView(data)) {
    return { data: Float32Array.from(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2), fromHalf), dims: [...dims] }
  }
  throw new Error(`an output of type ${type} is not supported`)
}

function moved (outputs: Tensors): unknown {
  const result: InferenceResult = { kind: 'done', outputs }
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
