// The figures of the benchmarks, of the evaluation and of the tortures, as tables: each function writes one block of
// docs/figures.md from bench/results; `summary` is README's.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rowsOf } from '../bench/eval/table.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The blocks of docs/figures.md by name. */
export const FIGURES = {
  'bench-palette': benchPalette,
  evaluation,
  reference: referenceFigures,
  'bench-detectors': benchDetectors,
  detector: detectorFigures,
  'bench-saliency': benchSaliency,
  'bench-distance': benchDistance,
  'bench-differences': benchDifferences,
  'bench-text': benchText,
  'bench-classification': benchClassification,
  'bench-rewrite': benchRewrite,
  'bench-http': benchHttp,
  torture: tortureFigures
}

/** What is asked of the server and what was measured, short: the sets that have a bound, and the tortures. */
export function summary () {
  const { sets = {}, configurations = {} } = results('eval.json') ?? {}
  const names = Object.keys(configurations)
  const rows = rowsOf(sets, names).filter(({ asked }) => asked !== '')
    .map(({ set, figure, values, asked }) => [set, figure, ...values, asked])
  const tortures = Object.entries(results('torture.json') ?? {})
  return [
    table(['set (pictures)', 'figure', ...names, 'asked'], rows.map((row, index) => row[0] === rows[index - 1]?.[0] ? ['', ...row.slice(1)] : row)),
    '`npm run eval`, on pictures that nothing was trained on; *embedded*: what is there after `npm ci`; *standard*: with the standard set pulled.',
    table(['torture', 'asked', 'measured', ''], tortures.flatMap(([name, { rows }]) => rows.map(({ asked, measured, holds }, index) => [index === 0 ? name : '', asked, measured, holds ? 'yes' : '**no**']))),
    '`npm run torture -- NAME`, on two CPUs that also run what asks.'
  ].join('\n\n')
}

function tortureFigures () {
  const tortures = Object.entries(results('torture.json') ?? {})
  if (tortures.length === 0) return 'Not measured yet.'
  return tortures.map(([name, { about, date, command, tookS, machine, rows }]) => [
    `**${name}**: ${about} (\`${command}\`, ${date}, ${tookS} s on ${machine}):`,
    '',
    table(['asked', 'measured', ''], rows.map(({ asked, measured, holds }) => [asked, measured, holds ? 'yes' : '**no**']))
  ].join('\n')).join('\n\n')
}

function benchText () {
  const result = results('text.json')
  const fused = results('eval.json')?.sets ?? {}
  if (result === undefined) return 'Not measured yet.'
  const { photographs, page, dense, memory, noise, alone } = result
  // The parts are measured one after the other and written as they come.
  if ([photographs, page, memory, noise, alone].includes(undefined)) return 'Measured in part: bench/results/text.json.'
  const columns = [
    ['signs: word F', 'text-signs', 'word F'], ['F at IoU .5', 'text-signs', 'F at IoU .5'], ['receipts: word F', 'text-receipts', 'word F'],
    ['pages: word F', 'text-pages', 'word F'], ['CER in columns', 'text-pages', 'CER columns'],
    ['handwriting: CER of lines, fr', 'text-handwriting', 'CER of lines, fr'], ['en', 'text-handwriting', 'CER of lines, en'],
    ['word R of pages, fr', 'text-handwriting', 'word R of pages, fr'], ['en', 'text-handwriting', 'word R of pages, en']
  ]
  const ours = ['**this server**', ...columns.map(([, set, figure]) => fused[set]?.configurations.embedded?.figures[figure] ?? '')]
  const others = Object.keys(alone.figures['text-signs']).map(reader => [reader, ...columns.map(([, set, figure]) => alone.figures[set]?.[reader]?.[figure] ?? '')])
  const cost = parts => Object.entries(parts).map(([name, ms]) => `${name} ${ms}`).join(', ')
  return [
    `Each reader by itself on the lines that are found, and Tesseract on whole pictures (\`${result.command} alone\`, ${alone.date}; handwriting on every eighth picture, this server on all):`,
    '',
    table(['', ...columns.map(([head]) => head)], [ours, ...others]),
    '',
    `CPU time (\`${result.command}\`, ${photographs.date}, ${result.cpu}): a photograph of signs ${photographs.cpuMsOfAPicture} ms, ${photographs.ratio} times the detector's own run (asked ${photographs['ratio asked']}; ${cost(photographs.parts)}); a dense page of ${page.page.match(/[\d,]+ characters/)[0]} ${page.cpuMs} ms, ${Object.entries(page).filter(([name]) => name.startsWith('ratio to')).map(([name, ratio]) => `${ratio} times ${name.slice('ratio to '.length)}`).join(', ')} (asked ${page['ratio asked']} the command line; ${cost(page.parts)}). One more worker, with the nets and Tesseract, takes ${memory['MB of one more worker, nets and Tesseract']} MB. Words in noise: ${noise['with words']} of ${noise.pictures} pictures.${dense?.pages === undefined ? '' : ` Made-up dense pages in ${Object.keys(dense.pages).length} fonts: word F ${dense['word F']}.`}`
  ].join('\n')
}

function benchClassification () {
  const result = results('classification.json')
  if (result === undefined) return 'Not measured yet.'
  const { cpuMs, server: { beforeTheFirstRequest, everythingLoaded } } = result
  return [
    `CPU milliseconds of one thread, medians of ${result.rounds} rounds, on a photograph of ${result.photo} (\`${result.command}\`, ${result.date}, Node ${result.node}):`,
    '',
    table(['', 'CPU ms'], Object.entries(cpuMs).map(([name, ms]) => [name, String(ms)])),
    '',
    `Beyond the decode a classification takes ${result['beyond the decode, in runs of the trunk']} runs of the trunk. The server is ready after ${beforeTheFirstRequest.readyMs} ms (${beforeTheFirstRequest.cpuS} CPU seconds) with ${beforeTheFirstRequest.rssMB} MB, and has ${everythingLoaded.rssMB} MB with every model loaded.`
  ].join('\n')
}

function benchRewrite () {
  const result = results('rewrite.json')
  if (result === undefined) return 'Not measured yet.'
  return [
    `CPU milliseconds of one run, the least of ${result.rounds} rounds (\`${result.command}\`, ${result.date}, Node ${result.node}):`,
    '',
    table(['', 'input', 'CPU ms'], Object.entries(result.results).map(([name, { input, cpuMs }]) => [name, input, String(cpuMs)]))
  ].join('\n')
}

function benchHttp () {
  const result = results('http.json')
  if (result === undefined) return 'Not measured yet.'
  return [
    `CPU milliseconds per request, medians of ${result.rounds} interleaved rounds (\`${result.command}\`, ${result.date}, Node ${result.node}, ${result.cpu}):`,
    '',
    table(['', 'CPU ms'], Object.entries(result.cpuMsPerRequest).map(([name, ms]) => [name, String(ms)])),
    '',
    table(['ratio', ''], Object.entries(result.ratios).map(([name, ratio]) => [name, String(ratio)])),
    '',
    ...Object.entries(result.apart ?? {}).map(([name, { command, date, rounds }]) => `\`${name}\` was measured apart (\`${command}\`, ${date}, ${rounds} rounds): its times are of another load than those above, its ratio is of one run.\n`),
    ...scalingFigures(),
    `While \`colorPalette\` is asked at twice the concurrency of the CPUs, \`/livez\` answers within ${result.livezUnderLoad.p50} ms (median), ${result.livezUnderLoad.p99} ms (99 %).`
  ].join('\n')
}

function scalingFigures () {
  const result = results('scaling.json')
  if (result === undefined) return []
  return [`Two CPUs give this server ${result.server} times the ${result.function} requests of one, and two bare processes ${result.bare} times the work of one: ratio ${result.ratio}, at least .95 is asked (\`${result.command}\`, ${result.date}, medians of ${result.rounds} rounds).\n`]
}

function benchPalette () {
  const result = results('palette-quality.json')
  if (result === undefined) return 'Not measured yet.'
  const percent = share => `${Math.round(share * 100)} %`
  const rows = [['**this server**', `**${result.all.ours.meanDeltaE2000}**`, '', `**${result.heldOut.ours.meanDeltaE2000}**`]]
  for (const [name, peer] of Object.entries(result.all.peers)) {
    rows.push([name, peer.meanDeltaE2000, percent(peer.oursAtLeastAsGood), result.heldOut.peers[name].meanDeltaE2000])
  }
  const worse = Object.entries(result.sets).flatMap(([set, { ours, peers }]) => {
    const best = Object.entries(peers).reduce((least, peer) => peer[1].meanDeltaE2000 < least[1].meanDeltaE2000 ? peer : least)
    return best[1].meanDeltaE2000 < ours.meanDeltaE2000 ? [`${set} (${ours.meanDeltaE2000} against ${best[1].meanDeltaE2000} of ${best[0]})`] : []
  })
  return [
    `Mean difference (CIEDE2000) of the pixels to the nearest colour of the palette, less is better, over ${result.all.pictures} pictures of ${Object.keys(result.sets).length} sets; held out: ${result.heldOut.pictures} pictures of sets that nothing was tuned on (\`npm run bench:palette\`, ${result.date}, Node ${result.node}):`,
    '',
    table(['palette', 'mean ΔE2000', 'pictures where this server is at least as good', 'held out'], rows),
    '',
    worse.length > 0 ? `Sets where a peer is better: ${worse.join('; ')}.` : 'No peer is better on any set.',
    '',
    `Decoding a 2-megapixel JPEG takes ${result.speed.decodeCpuMs} ms CPU, its palette ${result.speed.paletteCpuMsOfThatPhoto} ms more (median of ${result.speed.pictures} photographs: ${result.speed.paletteCpuMsMedian} ms).`
  ].join('\n')
}

function benchDetectors () {
  const result = results('detectors.json')
  if (result === undefined) return 'Not measured yet.'
  const embedded = result.models['mobilenetv3-centernet'].cpuMs
  const rows = Object.entries(result.models).map(([id, { cpuMs, det_coco_val2017: coco, det_voc_indoor: voc }]) =>
    [id, coco.ap50to95, coco.ap50, voc.ap50to95, voc.ap50, `${Math.round(100 * cpuMs / embedded)} %`])
  return [
    `Average precision on ${result.models['mobilenetv3-centernet'].det_coco_val2017.pictures} pictures of COCO val2017 and ${result.models['mobilenetv3-centernet'].det_voc_indoor.pictures} of VOC, and CPU time against the embedded detector (\`${result.command}\`, ${result.date}, Node ${result.node}):`,
    '',
    table(['model', 'COCO AP50:95', 'COCO AP50', 'VOC AP50:95', 'VOC AP50', 'CPU time'], rows)
  ].join('\n')
}

function evaluation () {
  const result = results('eval.json')
  if (result === undefined) return 'Not measured yet.'
  const names = Object.keys(result.configurations)
  const dates = [...new Set(Object.values(result.sets).flatMap(set => Object.values(set.configurations).map(({ date }) => date)))].sort()
  const rows = rowsOf(result.sets, names)
  const parts = [`\`${result.command}\`, ${dates.join(' and ')}, Node ${result.node}; ${Object.entries(result.configurations).map(([name, { about }]) => `*${name}*: ${about}`).join('; ')}. The CPU times are of a busy machine.`]
  for (const endpoint of [...new Set(Object.values(result.sets).map(set => set.endpoint))].sort()) {
    const sets = Object.entries(result.sets).filter(([, set]) => set.endpoint === endpoint)
    const shown = rows.filter(({ set }) => sets.some(([name]) => set.startsWith(`${name} (`)))
    const others = shown.some(({ beside }) => beside !== '')
    const cells = ({ figure, values, asked, beside }) => [figure, ...values, asked, ...others ? [beside] : []]
    parts.push(`**${endpoint}**`, table(['set (pictures)', 'figure', ...names, 'asked', ...others ? ['others'] : []], shown.map((row, index) =>
      [row.set === shown[index - 1]?.set ? '' : row.set, ...cells(row)])))
    const abouts = sets.filter(([, { about }]) => about !== undefined).map(([name, { about }]) => `- ${name}: ${about}`)
    if (abouts.length > 0) parts.push(abouts.join('\n'))
  }
  return parts.join('\n\n')
}

function referenceFigures () {
  const result = results('reference.json')
  if (result === undefined) return 'Not measured yet.'
  return [
    `The same weights in Python's onnxruntime ${result.onnxruntime} (\`${result.command}\`, ${result.date}): on the same pixels no score of ${result.sameScores.pictures} pictures differs by more than ${result.sameScores.largestDifference}. With Pillow ${result.pillow} decoding and resizing, and COCO's own evaluation:`,
    '',
    table(['', ...Object.keys(result.averagePrecision).flatMap(set => [`AP50, ${set}`, 'AP50:95'])], ['service', 'bilinear', 'lanczos'].map(who =>
      [who === 'service' ? 'this service' : `Pillow, ${who}`, ...Object.values(result.averagePrecision).flatMap(by => [by[who].AP50, by[who]['AP50:95']])]))
  ].join('\n')
}

function detectorFigures () {
  const sizes = results('detector-input.json')
  const calibration = results('detector-calibration.json')
  return [
    ...sizes === undefined
      ? []
      : [
          `What the embedded detector's input should be (\`${sizes.command}\`, ${sizes.date}); each set's AP50 and AP50:95:`,
          table(['input', ...Object.keys(Object.values(sizes.variants)[0]).flatMap(name => name.startsWith('CPU') ? [name] : [name, ''])], Object.entries(sizes.variants).map(([name, figures]) =>
            [name, ...Object.values(figures).flatMap(value => typeof value === 'number' ? [value] : [value.ap50, value.ap])]))
        ],
    ...calibration === undefined
      ? []
      : [
          'Calibration error of scores (a find is right at an overlap of .5), on either half of the boxed pictures, by what the curve was fitted on:',
          table(['detector', 'fitted on', 'one half', 'the other'], Object.entries(calibration).flatMap(([model, { eceOfBothHalves }]) =>
            Object.entries(eceOfBothHalves).map(([name, halves]) => [model, name, ...halves])))
        ]
  ].join('\n\n') || 'Not measured yet.'
}

function benchSaliency () {
  const sets = Object.entries(results('eval.json')?.sets ?? {}).filter(([name]) => ['saliency-osie', 'saliency-scene500'].includes(name))
  const cost = results('heat-map.json')
  if (sets.length === 0 || cost === undefined) return 'Not measured yet.'
  const names = ['NSS', 'AUC-Judd', 'CC', 'SIM', 'KL']
  const row = (who, figures) => [who, ...names.map(name => figures[name] === undefined ? '' : String(Math.round(figures[name] * 1000) / 1000))]
  const parts = sets.flatMap(([, { about, pictures, beside, configurations: { embedded: { date, figures } } }]) => [
    `${about} ${pictures} pictures that nothing was trained on, through the running service (\`npm run eval\`, ${date}); with \`quality=fast\` NSS ${figures['NSS, fast']}, AUC-Judd ${figures['AUC-Judd, fast']}:`,
    '',
    table(['', ...names], [row('**this server**', figures), ...Object.entries(beside).map(([who, others]) => row(who, others))]),
    ''
  ])
  return [
    ...parts,
    `CPU milliseconds for a picture of ${cost.picture} (\`${cost.command}\`, ${cost.date}, Node ${cost.node}, ${cost.cpu}; medians of ${cost.rounds} rounds):`,
    '',
    table(['', 'CPU ms'], Object.entries(cost.cpuMs)),
    '',
    table(['ratio', ''], Object.entries(cost.ratios)),
    '',
    `Why inferno and not turbo: of all pairs of levels the higher one is the lighter in ${Math.round(100 * cost.ramps.inferno.pairsInOrder)} % against ${Math.round(100 * cost.ramps.turbo.pairsInOrder)} %.`
  ].join('\n')
}

function benchDistance () {
  const result = results('distance.json')
  if (result === undefined) return 'Not measured yet.'
  return Object.entries(result).map(([name, { date, command, note, pairs, figures, cpuMsOfAPair: { ours, stages, ...native } }]) => {
    const methods = Object.keys(figures)
    const rows = Object.keys(figures.ours).filter(figure => figure !== 'most among unrelated').map(figure => [figure, ...methods.map(method => figures[method][figure] ?? '')])
    return [
      `${name}: ${pairs.easy} easy and ${pairs.hard} hard pairs of the same, ${pairs.unrelated} unrelated (\`${command}\`, ${date}):${note === undefined ? '' : ` ${note}`}`,
      '',
      table(['', ...methods], [...rows, ['CPU ms of a pair', `${ours.easy} easy, ${ours.hard} hard, ${ours.unrelated} unrelated`, ...Object.values(native)]])
    ].join('\n')
  }).join('\n\n')
}

function benchDifferences () {
  const result = results('differences.json')
  if (result === undefined) return 'Not measured yet.'
  const { painted, boards, regressions, onePixel, largePage, speed, memory } = result
  // The parts are measured one after the other and written as they come.
  if ([painted, boards, regressions, onePixel, largePage, speed, memory].includes(undefined)) return 'Measured in part: bench/results/differences.json.'
  const row = (name, { pairs, recall, precision, boxIou, clean }) => [name, pairs ?? '', recall ?? '', precision ?? '', boxIou ?? '', clean ?? '']
  const others = Object.entries(painted.peers).map(([name, { pairs, inPlace, underNuisance, clean }]) => [
    name === 'ours' ? '**this server**' : name, pairs, inPlace?.recall ?? '', inPlace?.precision ?? '', underNuisance.recall, underNuisance.precision, clean
  ])
  const boardRow = (name, { asReturned, withMargin }) => [name === 'ours' ? '**this server**' : name, withMargin.recall, withMargin.precision, asReturned.recall, asReturned.precision]
  const [from, to] = [memory.along[Math.floor(memory.along.length / 5)], memory.along.at(-1)]
  return [
    `Edits painted into ${painted.photographs} photographs that nothing was tuned on (objects added, removed and recoloured, discs, lines of two pixels, a letter of 15 points), in place and with the second picture re-encoded, lit otherwise, shifted, scaled, turned or blurred; clean is the share of pairs without edits in which nothing is reported (\`${result.command}\`, ${painted.date}):`,
    '',
    table(['', 'pairs', 'recall', 'precision', 'box IoU', 'clean'], [
      row('in place', { pairs: painted.photographs, ...painted.inPlace }),
      row('under one nuisance', { ...painted.underNuisance, clean: painted.nuisanceAlone.clean }),
      ...Object.entries(painted.harder).map(([name, figures]) => row(`harder: ${name}`, figures))
    ]),
    '',
    'Some of these pairs beside other ways to compare, as they are and with our alignment:',
    '',
    table(['', 'pairs', 'in place: recall', 'precision', 'under one nuisance: recall', 'precision', 'clean'], others),
    '',
    'Defects of circuit boards, by the rule of the set: an overlap above .33 of the union. Its true boxes stand off each defect by 10 pixels, the areas reported here lie along it: so with that margin around each box, and as returned, where a box that fits a small defect does not reach the overlap:',
    '',
    table(['', 'with the margin: recall', 'precision', 'as returned: recall', 'precision'], Object.entries(boards).flatMap(([name, figures]) => name === 'date' ? [] : [boardRow(name, figures)])),
    '',
    `Pairs of visual regression tests: recall ${regressions.all.recall}, precision ${regressions.all.precision} (their truth counts smoothing of letters as a difference, we do not). One changed pixel in a page of text: found in ${onePixel.found * 100} % of ${onePixel.pairs} pairs. A changed letter on a page of ${largePage.megapixels} megapixels: ${largePage.right ? 'found to the pixel' : 'missed'} in ${largePage.cpuMs} ms.`,
    '',
    `A page of two megapixels takes ${speed.exactOverPixelmatch} times the CPU of pixelmatch; two photographs of 1024 × 768 pixels that are shifted, lit otherwise and re-encoded take ${speed.cpuMs.tolerant} ms, ${speed.tolerantOverPixelmatch} times that of pixelmatch on the same pair. Over ${memory.pairs} small pairs the process held ${from.rssMB} MB after ${from.pairs} and ${to.rssMB} MB at the end.`
  ].join('\n')
}

function results (name) {
  try {
    return JSON.parse(readFileSync(join(root, 'bench/results', name), 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A Markdown table. */
export function table (heads, rows) {
  return [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
