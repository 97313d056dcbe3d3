// Buffers for pixels that are written once and encoded: a fresh one of some megabytes costs more than what is written into it,
// because the system hands it over page by page, each cleared.

/** A few buffers that go round. */
export interface KeptBuffers {
  /** Exactly so many bytes, of any content. */
  borrow (bytes: number): Uint8Array<ArrayBuffer>
  /** Takes back what was borrowed, once nobody reads it any more. */
  giveBack (buffer: Uint8Array<ArrayBuffer>): void
}

/** @param most how many are kept for the next; @param mostBytes larger ones are not kept */
export function createKeptBuffers (most: number, mostBytes: number): KeptBuffers {
  const kept: ArrayBuffer[] = []
  return {
    borrow (bytes) {
      const index = kept.findIndex(({ byteLength }) => byteLength >= bytes)
      const [buffer = new ArrayBuffer(bytes)] = index < 0 ? [] : kept.splice(index, 1)
      return new Uint8Array(buffer, 0, bytes)
    },
    giveBack ({ buffer }) {
      if (buffer.byteLength > mostBytes || kept.includes(buffer)) return
      kept.push(buffer)
      // The smallest serves the fewest.
      if (kept.length > most) kept.splice(kept.indexOf(kept.reduce((least, other) => other.byteLength < least.byteLength ? other : least)), 1)
    }
  }
}
