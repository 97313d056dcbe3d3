// One number for each channel of a map of features: what of a picture is left when the places are forgotten.

/** A map of channels, rows and columns; dims are [1, channels, height, width]. */
export interface FeatureMap {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** The mean of each channel. */
export function channelMeans (map: FeatureMap): Float32Array<ArrayBuffer> {
  return overChannels(map, (data, from, to) => {
    let sum = 0
    for (let i = from; i < to; i++) sum += data[i]!
    return sum / (to - from)
  })
}

/** How far each channel strays from its mean: the standard deviation of all its cells. */
export function channelDeviations (map: FeatureMap): Float32Array<ArrayBuffer> {
  return overChannels(map, (data, from, to) => {
    let sum = 0
    let squares = 0
    for (let i = from; i < to; i++) {
      sum += data[i]!
      squares += data[i]! * data[i]!
    }
    const count = to - from
    return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
  })
}

/** The largest cell of each channel. */
export function channelMaxima (map: FeatureMap): Float32Array<ArrayBuffer> {
  return overChannels(map, (data, from, to) => {
    let most = -Infinity
    for (let i = from; i < to; i++) if (data[i]! > most) most = data[i]!
    return most
  })
}

function overChannels ({ data, dims }: FeatureMap, measure: (data: Float32Array, from: number, to: number) => number): Float32Array<ArrayBuffer> {
  const channels = dims[1] ?? 0
  const cells = data.length / channels
  return Float32Array.from({ length: channels }, (_, channel) => measure(data, channel * cells, (channel + 1) * cells))
}
