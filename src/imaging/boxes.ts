// Axis-aligned boxes in pixels: how much two overlap, and which of many to keep.

/** A box by its top-left corner and its size; x to the right, y down. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Intersection over union of two boxes, 0..1; 0 where neither has an area. */
export function intersectionOverUnion (first: Box, second: Box): number {
  const width = Math.min(first.x + first.width, second.x + second.width) - Math.max(first.x, second.x)
  const height = Math.min(first.y + first.height, second.y + second.height) - Math.max(first.y, second.y)
  if (width <= 0 || height <= 0) return 0
  const intersection = width * height
  return intersection / (first.width * first.height + second.width * second.height - intersection)
}

/** The part of a box within a frame from (0, 0); undefined where nothing of it lies inside. */
export function clampBox (box: Box, frame: { readonly width: number, readonly height: number }): Box | undefined {
  const left = Math.max(0, box.x)
  const top = Math.max(0, box.y)
  const right = Math.min(frame.width, box.x + box.width)
  const bottom = Math.min(frame.height, box.y + box.height)
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : undefined
}

/**
 * Greedy non-maximum suppression within each class: in order of falling score, what overlaps a kept one of its class by
 * more than `maxOverlap` (intersection over union) is dropped. Equal scores keep the order given.
 */
export function suppressOverlaps<D extends { readonly box: Box, readonly score: number, readonly classIndex: number }> (
  detections: readonly D[], maxOverlap: number
): D[] {
  const kept: D[] = []
  for (const candidate of [...detections].sort((a, b) => b.score - a.score)) {
    const covered = kept.some(other => other.classIndex === candidate.classIndex &&
      intersectionOverUnion(other.box, candidate.box) > maxOverlap)
    if (!covered) kept.push(candidate)
  }
  return kept
}
