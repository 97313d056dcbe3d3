// heatMap: decode to the trunk's size, estimate where people look, and draw that at the picture's own size.
import { type SaliencyEstimator, type SaliencyQuality, classicEstimator, createSaliencyEstimator } from '../engines/saliency.js'
import { Failure } from '../errors.js'
import { INFERNO_RAMP } from '../imaging/color-ramp.js'
import { encodeJpeg } from '../imaging/encode-jpeg.js'
import { type InterestMap, spreadMap } from '../imaging/interest-map.js'
import { createKeptBuffers } from '../imaging/kept-buffers.js'
import { type Frame, type Painted, paintColors, paintLevels, paintOver } from '../imaging/paint-map.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import type { LoadedFrom } from '../runtime/loaded-from.js'
import type { ModelChoice } from '../runtime/model-choice.js'
import type { InstalledModel, ModelStore } from '../runtime/model-store.js'
import type { HeatMap } from '../wire/heat-map.js'
import type { Work } from './work.js'

/** `map`: colours. `overlay`: colours over the picture. `gray`: the interest itself, linear, its greatest value 255. */
export type HeatMapStyle = 'map' | 'overlay' | 'gray'

export interface DrawHeatMapOptions {
  readonly style?: HeatMapStyle | undefined
  readonly quality?: SaliencyQuality | undefined
}

/** @throws Failure unsupported_media, too_large, deadline_passed */
export type DrawHeatMap = (image: Buffer, options: DrawHeatMapOptions, work: Work) => Promise<HeatMap>

/** What the service is made of. */
export interface DrawHeatMapParts {
  readonly decoder: ImageDecoder
  readonly models: ModelChoice<SaliencyEstimator>
  /** For requests that do not say. */
  readonly quality: SaliencyQuality
  /** Told when the classic method begins to serve, and why. */
  readonly reportStandIn: (cause: Failure) => void
}

const OUTPUT = 'interest'
// Chosen by looking: the strongest two hundredths of the area are shown as the strongest, the weakest tenth as nothing.
const SPREAD = { low: 0.1, high: 0.98, power: 0.75 } as const
const JPEG_QUALITY: Readonly<Record<HeatMapStyle, number>> = { map: 90, overlay: 85, gray: 95 }
// Painted pictures of up to 2.8 megapixels.
const KEPT = { buffers: 2, bytes: 8 << 20 } as const

/** Makes the service. Where a net is missing a classic method draws, so that the function answers whatever is installed. */
export function createDrawHeatMap ({ decoder, models, quality: usualQuality, reportStandIn }: DrawHeatMapParts): DrawHeatMap {
  const buffers = createKeptBuffers(KEPT.buffers, KEPT.bytes)
  let standsIn = false

  async function estimate (bytes: Buffer, quality: SaliencyQuality, work: Work): Promise<{ map: InterestMap, frame: Frame }> {
    try {
      const estimated = await models.use(estimator => estimateWith(estimator, bytes, quality, work))
      standsIn = false
      return estimated
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'model_missing') throw error
      if (!standsIn) reportStandIn(error)
      standsIn = true
      return await estimateWith(classicEstimator, bytes, quality, work)
    }
  }

  async function estimateWith (estimator: SaliencyEstimator, bytes: Buffer, quality: SaliencyQuality, work: Work): Promise<{ map: InterestMap, frame: Frame }> {
    const size = (original: Frame) => ({ ...estimator.sizeFor(original, quality), fit: 'fill' as const })
    const image = await work.stage('decode', () => decoder.decode(bytes, { size, alpha: 'flatten' }, work.signal))
    return { map: await work.stage('engine', () => estimator.estimate(image)), frame: image.original }
  }

  async function paint (style: HeatMapStyle, map: InterestMap, frame: Frame, bytes: Buffer, work: Work): Promise<Painted> {
    if (style === 'gray') return await work.stage('encode', () => paintLevels(map, frame, buffers.borrow))
    const spread = spreadMap(map, SPREAD)
    if (style === 'map') return await work.stage('encode', () => paintColors(spread, frame, INFERNO_RAMP, buffers.borrow))
    const picture = await work.stage('decode', () => decoder.decode(bytes, { alpha: 'flatten' }, work.signal))
    return await work.stage('encode', () => paintOver(picture, spread, INFERNO_RAMP, buffers.borrow))
  }

  return async (bytes, { style = 'map', quality = usualQuality }, work) => {
    const { map, frame } = await estimate(bytes, quality, work)
    const pixels = await paint(style, map, frame, bytes, work)
    work.signal.throwIfAborted()
    // Given back by the encoder itself: it may go on when nobody waits any more.
    const jpeg = await work.stage('encode', () => encodeJpeg(pixels, JPEG_QUALITY[style]).finally(() => buffers.giveBack(pixels.data)))
    return { heatmap: jpeg.toString('base64') }
  }
}

/** What serves where no readout does, as the list of models names it: the classic method, which has no file. */
export const STAND_IN = 'boolean-map'

/** The name of what draws heat maps now: a readout whose trunk is there too, or the classic method. */
export function servingEstimator (store: Pick<ModelStore, 'models' | 'forTask'>, choice: Pick<ModelChoice<unknown>, 'serving'>): string {
  const readout = store.forTask('saliency').find(({ facts }) => facts.id === choice.serving())?.facts
  const trunkIsHere = store.models.some(({ facts, admitted, state }) => facts.id === readout?.trunk && admitted && state === 'installed')
  return readout !== undefined && trunkIsHere ? readout.id : STAND_IN
}

/** The trunks of all readouts, to be loaded with them. @throws Failure model_missing */
export function trunkNets (store: Pick<ModelStore, 'find' | 'forTask'>): LoadedFrom[] {
  return store.forTask('saliency').flatMap(({ facts: { trunk, inputs } }) => trunk === undefined ? [] : [store.find(trunk, inputs.map(({ name }) => name)).net])
}

/**
 * Opens a readout with the trunk that its row names.
 * @throws Failure model_missing where the row names none, or that is not there
 */
export function openEstimator (pool: InferencePool, models: Pick<ModelStore, 'find'>, { facts, netWith }: InstalledModel): SaliencyEstimator {
  const taps = facts.inputs.map(input => input.name)
  if (facts.trunk === undefined) throw new Failure('model_missing', `the model ${facts.id} cannot read a picture: its row names no trunk`)
  const { net: trunk, facts: { inputs } } = models.find(facts.trunk, taps)
  const input = inputs.find(input => input.kind === 'image')
  if (input === undefined) throw new Failure('model_missing', `the model ${facts.trunk} cannot be a trunk: its row has no picture as its input`)
  return createSaliencyEstimator(pool, { trunk, input, readout: netWith([OUTPUT]), taps, output: OUTPUT })
}
