// Tables for people.

/** A column: its heading and what it shows of a row. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => string]

/** Left-aligned columns with two blanks between them; only the headings when there are no rows. */
export function formatTable<Row> (columns: ReadonlyArray<Column<Row>>, rows: readonly Row[]): string {
  const lines = [columns.map(([heading]) => heading), ...rows.map(row => columns.map(([, cell]) => printable(cell(row))))]
  const widths = columns.map((_, index) => Math.max(...lines.map(line => line[index]?.length ?? 0)))
  return lines.map(line => `${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ').trimEnd()}\n`).join('')
}

/** A moment in UTC, to the second; "never" when there is none. */
export function formatTime (time: Date | undefined): string {
  return time === undefined ? 'never' : `${time.toISOString().slice(0, 19)}Z`
}

/** Names come from outside: nothing in them may move the cursor. */
function printable (text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd')
}
