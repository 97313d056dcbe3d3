// The figures as rows: one for each set and figure, one column for each configuration.

/**
 * Rows of text for a result as bench/results/eval.json holds it.
 * @returns {Array<{ set: string, figure: string, values: string[], asked: string, beside: string }>}
 */
export function rowsOf (sets, configurations) {
  return Object.entries(sets).flatMap(([name, set]) => {
    const figures = new Set(Object.values(set.configurations).flatMap(({ figures }) => Object.keys(figures)))
    const row = (figure, valueOf) => ({
      set: `${name} (${set.pictures})`,
      figure,
      values: configurations.map(configuration => textOf(valueOf(set.configurations[configuration]))),
      asked: configurations.map(configuration => askedOf(set, figure, configuration)).filter(text => text !== '').join('; '),
      beside: Object.entries(set.beside ?? {}).filter(([, others]) => figure in others).map(([who, others]) => `${who} ${textOf(others[figure])}`).join('; ')
    })
    return [...[...figures].map(figure => row(figure, measured => measured?.figures[figure])), row('CPU ms per request', measured => measured?.cpuMsPerRequest)]
  })
}

/** Prints all that was measured. */
export function printTable (order, sets, configurations) {
  const inOrder = Object.fromEntries(order.filter(({ name }) => name in sets).map(({ name }) => [name, sets[name]]))
  const rows = rowsOf(inOrder, configurations).map(({ set, figure, values, asked, beside }) => [set, figure, ...values, asked, beside])
  if (rows.length === 0) return console.log('Nothing was measured.')
  const table = [['set (pictures)', 'figure', ...configurations, 'asked', 'others'], ...rows]
  const widths = table[0].map((_, column) => Math.max(...table.map(cells => cells[column].length)))
  let before
  for (const [set, ...cells] of table) {
    console.log([set === before ? '' : set, ...cells].map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd())
    before = set
  }
}

/** Whether a figure holds what is asked: '>= 0.5', '<= 0.1'. */
export function holds (figure, asked) {
  const [operator, bound] = asked.split(' ')
  if (operator !== '>=' && operator !== '<=') throw new Error(`${asked} is neither ">= NUMBER" nor "<= NUMBER"`)
  return operator === '>=' ? figure >= Number(bound) : figure <= Number(bound)
}

function askedOf ({ asked, configurations }, figure, configuration) {
  const wanted = asked?.[figure]?.[configuration]
  const value = configurations[configuration]?.figures[figure]
  if (wanted === undefined || value === undefined) return ''
  return `${configuration} ${wanted.replace('>=', '≥').replace('<=', '≤')}: ${holds(value, wanted) ? 'yes' : 'no'}`
}

function textOf (value) {
  if (value === undefined) return '–'
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toFixed(3)))
}
