// Maps of features, and what of them is left when the places are forgotten.

/** A map of channels, rows and columns; dims are [1, channels, height, width]. */
export interface FeatureMap {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** The largest cell of each channel. */
export function channelMaxima ({ data, dims }: FeatureMap): Float32Array<ArrayBuffer> {
  const channels = dims[1] ?? 0
  const cells = data.length / channels
  return Float32Array.from({ length: channels }, (_, channel) => {
    let most = -Infinity
    for (let i = channel * cells; i < (channel + 1) * cells; i++) if (data[i]! > most) most = data[i]!
    return most
  })
}
