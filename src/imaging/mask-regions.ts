// Connected regions of a thresholded map, found over runs of cells instead of single ones: a map of text is mostly empty.

/** A region as the ends of its runs: row, first and last column, three numbers a run, rows rising. */
export interface MaskRegion {
  readonly runs: Int32Array
  /** Cells in it. */
  readonly area: number
}

/**
 * The 8-connected regions of the cells above a threshold, after each such cell has been widened to a block of `grow` x
 * `grow` cells, to the right and downwards. In the order of their first cell.
 * @param map row-major, width * height
 */
export function findRegions (map: Float32Array, width: number, height: number, threshold: number, grow: number): MaskRegion[] {
  const rows = rowsOfRuns(map, width, height, threshold, grow)
  const starts = new Int32Array(height + 1)
  for (let y = 0; y < height; y++) starts[y + 1] = starts[y]! + rows[y]!.length / 2
  const parents = Int32Array.from({ length: starts[height]! }, (_, index) => index)
  for (let y = 1; y < height; y++) joinRows(rows[y - 1]!, starts[y - 1]!, rows[y]!, starts[y]!, parents)
  return collect(rows, starts, parents)
}

// First and last column of each run, one array a row.
function rowsOfRuns (map: Float32Array, width: number, height: number, threshold: number, grow: number): number[][] {
  const bare: number[][] = []
  for (let y = 0; y < height; y++) {
    const runs: number[] = []
    const end = (y + 1) * width
    for (let at = y * width; at < end; at++) {
      if (map[at]! <= threshold) continue
      const first = at - y * width
      while (at < end && map[at]! > threshold) at++
      addRun(runs, first, Math.min(width - 1, at - 1 - y * width + grow - 1))
    }
    bare.push(runs)
  }
  if (grow <= 1) return bare
  return bare.map((_, y) => bare.slice(Math.max(0, y - grow + 1), y + 1).reduce(unite))
}

// Runs come by rising first column; those that touch become one.
function addRun (runs: number[], first: number, last: number): void {
  const end = runs.length - 1
  if (end > 0 && first <= runs[end]! + 1) runs[end] = Math.max(runs[end]!, last)
  else runs.push(first, last)
}

function unite (above: readonly number[], below: readonly number[]): number[] {
  if (above.length === 0) return [...below]
  const united: number[] = []
  let a = 0
  let b = 0
  while (a < above.length || b < below.length) {
    const fromAbove = b >= below.length || (a < above.length && above[a]! <= below[b]!)
    if (fromAbove) addRun(united, above[a]!, above[a + 1]!)
    else addRun(united, below[b]!, below[b + 1]!)
    if (fromAbove) a += 2
    else b += 2
  }
  return united
}

function joinRows (above: readonly number[], aboveStart: number, below: readonly number[], belowStart: number, parents: Int32Array): void {
  let a = 0
  for (let b = 0; b < below.length; b += 2) {
    while (a < above.length && above[a + 1]! + 1 < below[b]!) a += 2
    for (let other = a; other < above.length && above[other]! <= below[b + 1]! + 1; other += 2) {
      const first = rootOf(aboveStart + other / 2, parents)
      const second = rootOf(belowStart + b / 2, parents)
      if (first !== second) parents[Math.max(first, second)] = Math.min(first, second)
    }
  }
}

function rootOf (index: number, parents: Int32Array): number {
  while (parents[index] !== index) {
    parents[index] = parents[parents[index]!]!
    index = parents[index]!
  }
  return index
}

function collect (rows: readonly number[][], starts: Int32Array, parents: Int32Array): MaskRegion[] {
  const regions = new Map<number, { runs: number[], area: number }>()
  for (const [y, runs] of rows.entries()) {
    for (let run = 0; run < runs.length; run += 2) {
      const root = rootOf(starts[y]! + run / 2, parents)
      const region = regions.get(root) ?? { runs: [], area: 0 }
      region.runs.push(y, runs[run]!, runs[run + 1]!)
      region.area += runs[run + 1]! - runs[run]! + 1
      regions.set(root, region)
    }
  }
  return [...regions.values()].map(({ runs, area }) => ({ runs: Int32Array.from(runs), area }))
}
