// The functions that can be tried: what they are called, what they want, what answers them.
import type { Classification } from '../../wire/classification.js'
import type { ColorPalette } from '../../wire/color-palette.js'
import type { HeatMap } from '../../wire/heat-map.js'
import type { DifferenceAreas } from '../../wire/images-differences.js'
import type { ImagesDistance } from '../../wire/images-distance.js'
import type { ObjectsDetection } from '../../wire/objects-detection.js'
import type { TextDetection } from '../../wire/text-detection.js'

/** What each function answers, in the form that the page asks for. */
export interface Contents {
  readonly objectsDetection: ObjectsDetection
  readonly classification: Classification
  readonly textDetection: TextDetection
  readonly colorPalette: ColorPalette
  readonly heatMap: HeatMap
  readonly imagesDistance: ImagesDistance
  readonly imagesDifferences: DifferenceAreas
}

export type FunctionName = keyof Contents

/** A picture that comes with the page. */
export interface Sample {
  readonly title: string
  readonly files: readonly string[]
}

/** A function as the page offers it. */
export interface FunctionOffer {
  readonly name: FunctionName
  readonly title: string
  /** What it does, as a sentence. */
  readonly about: string
  /** Parameters that hold the pictures, with what they are called here. */
  readonly pictures: ReadonlyArray<readonly [parameter: string, title: string]>
  /** Parameters that are sent as they stand here. */
  readonly fixed: Readonly<Record<string, string>>
  readonly samples: readonly Sample[]
}

const BIRD: Sample = { title: 'A bird', files: ['monal.jpg'] }
const LABEL: Sample = { title: 'A printed label', files: ['label.png'] }
const MISPRINT: Sample = { title: 'A proof and its misprint', files: ['proof.png', 'proof-printed.png'] }
const SCAN: Sample = { title: 'A proof and its scan', files: ['proof.png', 'proof-scanned.jpg'] }
const CUT: Sample = { title: 'A scan and the whole proof', files: ['proof-scanned.jpg', 'proof.png'] }
const UNLIKE: Sample = { title: 'Two that do not match', files: ['monal.jpg', 'label.png'] }

const ONE = [['image', 'Picture']] as const

/** In the order in which they are offered. */
export const FUNCTIONS: readonly FunctionOffer[] = [
  { name: 'objectsDetection', title: 'Objects', about: 'Finds things, and where they are.', pictures: ONE, fixed: {}, samples: [BIRD] },
  { name: 'classification', title: 'Labels', about: 'Says what the picture shows.', pictures: ONE, fixed: {}, samples: [BIRD, LABEL] },
  { name: 'textDetection', title: 'Text', about: 'Reads what is written.', pictures: ONE, fixed: {}, samples: [LABEL] },
  { name: 'colorPalette', title: 'Colours', about: 'Names the colours and their shares.', pictures: ONE, fixed: {}, samples: [BIRD, LABEL] },
  { name: 'heatMap', title: 'Heat map', about: 'Shows where people look first.', pictures: ONE, fixed: {}, samples: [BIRD, LABEL] },
  {
    name: 'imagesDistance',
    title: 'Distance',
    about: 'Tells whether one picture shows what another shows, and where.',
    pictures: [['refImage', 'Reference'], ['queryImage', 'Query']],
    fixed: {},
    samples: [CUT, UNLIKE]
  },
  {
    name: 'imagesDifferences',
    title: 'Differences',
    about: 'Finds what has changed between two pictures.',
    pictures: [['image1', 'Reference'], ['image2', 'Query']],
    fixed: { new_format: 'true' },
    samples: [MISPRINT, SCAN]
  }
]

/** An offer by its name; the first one where there is none of that name. */
export function offerOf (name: string | undefined): FunctionOffer {
  return FUNCTIONS.find(offer => offer.name === name) ?? FUNCTIONS[0] as FunctionOffer
}
