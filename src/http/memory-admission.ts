// Whether there is memory for a request's pictures: large ones wait for it, and what never fits is refused.
import { Failure } from '../errors.js'
import { estimateDecodeMemory } from '../intake/decode-memory.js'
import type { MemoryBudget } from '../runtime/memory-budget.js'

/** Below this a request is not counted: what the process needs anyway has room for it. */
const SMALL_BYTES = 32e6

/**
 * Waits until there is memory for decoding pictures and working on them.
 * @param bytesPerPixel what the function holds of each picture beyond decoding it
 * @returns gives the memory back
 * @throws Failure too_large where it would never suffice; the signal's reason
 */
export async function admitPictures (budget: MemoryBudget, images: readonly Uint8Array[], bytesPerPixel: number, signal: AbortSignal): Promise<() => void> {
  const estimates = await Promise.all(images.map(estimateDecodeMemory))
  // One is decoded after the other.
  const bytes = Math.max(0, ...estimates.map(estimate => estimate.bytes)) + estimates.reduce((sum, { pixels }) => sum + pixels * bytesPerPixel, 0)
  if (bytes <= SMALL_BYTES) return () => {}
  if (bytes > budget.totalBytes) {
    const megapixels = (estimates.reduce((sum, { pixels }) => sum + pixels, 0) / 1e6).toFixed(1)
    throw new Failure('too_large', `${megapixels} megapixels in this form take about ${inMegabytes(bytes)} of memory; the limit of this server is ${inMegabytes(budget.totalBytes)}`)
  }
  return await budget.reserve(bytes, signal)
}

function inMegabytes (bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
