// Arrays that are used again from one picture to the next: fresh memory costs more than what is computed in it.

/** Hands out arrays for the time of one computation. Their contents are whatever was there before. */
export interface Scratch {
  floats (length: number): Float32Array<ArrayBuffer>
  bytes (length: number): Uint8Array<ArrayBuffer>
  /** Takes arrays back early, so that the computation needs fewer. */
  give (...arrays: ReadonlyArray<Float32Array | Uint8Array>): void
  /** Takes everything back: the computation is over, and nothing of it may be read any more. */
  reset (): void
}

// Sizes are rounded up, so that pictures of about one size share.
const STEPS_PER_DOUBLING = 2
const MIN_BYTES = 4096

/** Makes one for a thread. It keeps at most `maxIdleBytes` between computations. */
export function createScratch (maxIdleBytes: number): Scratch {
  const free = new Map<number, ArrayBuffer[]>()
  const taken = new Set<ArrayBuffer>()

  function take (byteLength: number): ArrayBuffer {
    const size = sizeClass(byteLength)
    const buffer = free.get(size)?.pop() ?? new ArrayBuffer(size)
    taken.add(buffer)
    return buffer
  }
  function putBack (buffer: ArrayBuffer): void {
    if (!taken.delete(buffer)) return
    const list = free.get(buffer.byteLength)
    if (list === undefined) free.set(buffer.byteLength, [buffer])
    else list.push(buffer)
  }

  return {
    floats: length => new Float32Array(take(length * 4), 0, length),
    bytes: length => new Uint8Array(take(length), 0, length),
    give (...arrays) {
      for (const { buffer } of arrays) putBack(buffer as ArrayBuffer)
    },
    reset () {
      for (const buffer of taken) putBack(buffer)
      let kept = 0
      for (const [size, buffers] of free) {
        const room = Math.max(0, Math.floor((maxIdleBytes - kept) / size))
        buffers.length = Math.min(buffers.length, room)
        kept += buffers.length * size
        if (buffers.length === 0) free.delete(size)
      }
    }
  }
}

function sizeClass (byteLength: number): number {
  const step = Math.ceil(Math.log2(Math.max(MIN_BYTES, byteLength)) * STEPS_PER_DOUBLING)
  return Math.ceil(2 ** (step / STEPS_PER_DOUBLING) / 8) * 8
}
