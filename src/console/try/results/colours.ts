// Colours that are told apart by people who see colours differently, too (Okabe and Ito, 2008), with the text that can be
// read on each.
const COLOURS: ReadonlyArray<readonly [fill: string, text: string]> = [
  ['#d55e00', '#000'], ['#0072b2', '#fff'], ['#009e73', '#000'], ['#cc79a7', '#000'], ['#e69f00', '#000'], ['#56b4e9', '#000'], ['#f0e442', '#000']
]

/** The colour with an index, and of the text on it; they begin again after the last. */
export function colourOf (index: number): readonly [fill: string, text: string] {
  return COLOURS[index % COLOURS.length] as readonly [string, string]
}
