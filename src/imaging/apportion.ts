// Whole percents that add up: the largest-remainder method.

interface Row { readonly index: number; readonly share: number }

/**
 * Turns shares into whole percents that sum to exactly 100, by largest remainder (Hamilton's method).
 *
 * `shares` are weights in any unit, finite and not negative; the answer has the same length and order. A share too small
 * for 1 % gets 0, which means "leave this row out": the others divide the 100 anew. Equal remainders favour the earlier
 * share, so shares that do not rise give percents that do not rise. No shares, or only zeros, give only zeros.
 */
export function apportionPercent (shares: readonly number[]): number[] {
  const percents = shares.map(() => 0)
  let rows: Row[] = shares.map((share, index) => ({ index, share })).filter(row => row.share > 0)
  while (rows.length > 0) {
    const portions = largestRemainder(rows)
    const kept = portions.filter(portion => portion.percent > 0)
    if (kept.length === portions.length) {
      for (const { row, percent } of kept) percents[row.index] = percent
      break
    }
    rows = kept.map(portion => portion.row)
  }
  return percents
}

function largestRemainder (rows: readonly Row[]): Array<{ row: Row; percent: number }> {
  const total = rows.reduce((sum, row) => sum + row.share, 0)
  const portions = rows.map(row => {
    const quota = row.share / total * 100
    const percent = Math.floor(quota)
    return { row, percent, remainder: quota - percent }
  })
  const left = 100 - portions.reduce((sum, portion) => sum + portion.percent, 0)
  const byRemainder = [...portions].sort((first, second) =>
    second.remainder - first.remainder || first.row.index - second.row.index)
  for (const portion of byRemainder.slice(0, left)) portion.percent += 1
  return portions
}
