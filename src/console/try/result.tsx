// An answer as a person sees it: each function's content to what draws it.
import type { JSX } from 'preact'
import type { Contents, FunctionName, FunctionOffer } from './functions.js'
import type { Picture } from './picture.js'
import { Boxes } from './results/boxes.js'
import { Differences } from './results/differences.js'
import { Distance } from './results/distance.js'
import { HeatMapOver } from './results/heat-map.js'
import { Labels } from './results/labels.js'
import { Palette } from './results/palette.js'
import { Words } from './results/words.js'

/** What draws a content over the pictures that it is about. */
type Draw<N extends FunctionName> = (parts: { readonly content: Contents[N], readonly pictures: readonly Picture[] }) => JSX.Element

const DRAW: { readonly [N in FunctionName]: Draw<N> } = {
  objectsDetection: ({ content, pictures: [picture] }) => <Boxes content={content} picture={picture as Picture} />,
  classification: ({ content, pictures: [picture] }) => <Labels content={content} picture={picture as Picture} />,
  textDetection: ({ content, pictures: [picture] }) => <Words content={content} picture={picture as Picture} />,
  colorPalette: ({ content, pictures: [picture] }) => <Palette content={content} picture={picture as Picture} />,
  heatMap: ({ content, pictures: [picture] }) => <HeatMapOver content={content} picture={picture as Picture} />,
  imagesDistance: ({ content, pictures: [reference, query] }) => <Distance content={content} reference={reference as Picture} query={query as Picture} />,
  imagesDifferences: ({ content, pictures: [reference, query] }) => <Differences content={content} reference={reference as Picture} query={query as Picture} />
}

interface ResultProps {
  readonly offer: FunctionOffer
  readonly pictures: readonly Picture[]
  readonly content: unknown
}

/** The content is what the function's schema says: the server writes nothing else. */
export function Result ({ offer, pictures, content }: ResultProps): JSX.Element {
  const Drawn = DRAW[offer.name] as (parts: { readonly content: unknown, readonly pictures: readonly Picture[] }) => JSX.Element
  return <Drawn content={content} pictures={pictures} />
}
