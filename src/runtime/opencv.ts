// OpenCV as WebAssembly, for worker threads only. A caught C++ exception leaves the instance a little damaged (its
// stack is not unwound) and a trap leaves it unknown, so instances are watched, and replaced when they have seen enough.
import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

/** Whatever lives in OpenCV's heap and has to be freed by hand. */
export interface Handle {
  delete (): void
}

/** A matrix; `data` and its like are views of the heap that go stale when it grows: ask for them anew after each call. */
export interface Mat extends Handle {
  readonly rows: number
  readonly cols: number
  readonly data: Uint8Array
  readonly data32F: Float32Array
  readonly data64F: Float64Array
}

/** A point that a detector found; `angle` in degrees. */
export interface KeyPoint {
  readonly pt: { readonly x: number, readonly y: number }
  readonly size: number
  readonly angle: number
  readonly response: number
}

/** A vector of the heap. */
export interface HeapVector<T> extends Handle {
  size (): number
  get (index: number): T
}

/** A detector of points that also describes them. */
export interface Feature2D extends Handle {
  detectAndCompute (image: Mat, mask: Mat, keypoints: HeapVector<KeyPoint>, descriptors: Mat): void
}

/** The part of OpenCV 4.3 that is used here. */
export interface Opencv {
  readonly CV_8UC1: number
  readonly CV_32FC1: number
  readonly CV_64FC1: number
  readonly INTER_LINEAR: number
  readonly BORDER_CONSTANT: number
  readonly BORDER_REPLICATE: number
  readonly INTER_AREA: number
  readonly INTER_CUBIC: number
  readonly Mat: { new (): Mat, new (rows: number, cols: number, type: number): Mat }
  readonly Size: new (width: number, height: number) => { readonly width: number, readonly height: number }
  readonly KeyPointVector: new () => HeapVector<KeyPoint>
  readonly ORB: new (features: number) => Feature2D
  readonly AKAZE: new () => Feature2D
  readonly Scalar: new (value: number) => unknown
  GaussianBlur (from: Mat, to: Mat, kernel: InstanceType<Opencv['Size']>, sigmaX: number, sigmaY: number, border: number): void
  warpAffine (from: Mat, to: Mat, map: Mat, size: InstanceType<Opencv['Size']>, flags: number, border: number, fill: unknown): void
  resize (from: Mat, to: Mat, size: InstanceType<Opencv['Size']>, fx: number, fy: number, interpolation: number): void
}

interface Instance extends Opencv {
  readonly HEAPU8: Uint8Array
  stackSave (): number
  stackRestore (stack: number): void
  exceptionFromPtr (pointer: number): { readonly msg: string }
}

/** OpenCV refused its arguments, or ran out of memory. */
export class OpencvError extends Error {
  constructor (message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OpencvError'
  }
}

/** Keeps what is made within one use of OpenCV, to free it at the end. */
export type Keep = <H extends Handle>(handle: H) => H

export interface OpencvLimits {
  /** C++ exceptions after which an instance is replaced. */
  readonly maxThrows: number
  /** Heap size after which an instance is replaced: it grows and never shrinks. */
  readonly maxHeapBytes: number
}

const LIMITS: OpencvLimits = { maxThrows: 20, maxHeapBytes: 320 * 1024 * 1024 }
const PACKAGE = 'opencv-wasm/opencv.js'

// State of this thread alone.
let current: { readonly cv: Instance, throws: number } | undefined
let made = 0

/** How many instances this thread has made so far. */
export function opencvInstances (): number {
  return made
}

/**
 * Runs `work` with OpenCV; what it keeps is freed afterwards, whatever happens. It must not be asynchronous, nor let
 * anything of the heap escape.
 * @throws OpencvError where OpenCV throws; Error outside a worker thread
 */
export function useOpencv<T> (work: (cv: Opencv, keep: Keep) => T, limits: OpencvLimits = LIMITS): T {
  current ??= { cv: load(), throws: 0 }
  const instance = current
  const { cv } = instance
  const handles: Handle[] = []
  const stack = cv.stackSave()
  try {
    return work(cv, handle => { handles.push(handle); return handle })
  } catch (error) {
    if (typeof error === 'number') {
      instance.throws++
      cv.stackRestore(stack)
      throw new OpencvError(cv.exceptionFromPtr(error).msg)
    }
    // A trap or an abort of the runtime: nothing in there is to be trusted any more, and nothing needs to be freed.
    if (!(error instanceof OpencvError)) {
      handles.length = 0
      current = undefined
    }
    throw error
  } finally {
    for (const handle of handles.reverse()) handle.delete()
    if (instance.throws >= limits.maxThrows || cv.HEAPU8.byteLength > limits.maxHeapBytes) current = undefined
  }
}

// A new instance in the same thread: the module is evaluated again, and the old one goes with its memory.
function load (): Instance {
  if (isMainThread) throw new Error('OpenCV is for worker threads: it takes hold of the process and of its memory')
  // A new one each time: it remembers what it has required.
  const require = createRequire(import.meta.url)
  const path = require.resolve(PACKAGE)
  delete require.cache[path]
  const listeners = LISTENED.map(event => ({ event, before: new Set(process.rawListeners(event)) }))
  try {
    made++
    return require(path) as Instance
  } finally {
    // Those of Emscripten turn every unhandled rejection into the end of the process, and would hold the instance for ever.
    for (const { event, before } of listeners) {
      for (const listener of process.rawListeners(event)) {
        if (!before.has(listener)) process.removeListener(event, listener as () => void)
      }
    }
    delete require.cache[path]
  }
}

const LISTENED = ['uncaughtException', 'unhandledRejection'] as const
