// From the parameters that hold pictures to their bytes: file part, URL, data: URI or base64, in this order.
import { Failure } from '../errors.js'
import type { ImageFetcher } from '../intake/fetch-image.js'
import { type ImageSource, parseImageText } from '../intake/image-source.js'
import { type Parameters, findParameter } from './parameters.js'

/**
 * The source that the named parameter holds.
 * @throws Failure invalid_request where it is missing, empty or malformed; url_refused
 */
export async function readImageSource (parameters: Parameters, name: string): Promise<ImageSource> {
  const parameter = findParameter(parameters, name)
  if (parameter === undefined) {
    throw new Failure('invalid_request', `parameter '${name}' is missing: send an image as a file part, an http(s) URL, a data: URI or base64`)
  }
  if (parameter.kind === 'text') {
    if (parameter.text.trim() === '') throw new Failure('invalid_request', `parameter '${name}' is empty`)
    return await parseImageText(name, parameter.text, { spaceIsPlus: parameter.formEncoded })
  }
  if (parameter.bytes.length === 0) throw new Failure('invalid_request', `parameter '${name}' is an empty file`)
  return { kind: 'bytes', bytes: parameter.bytes }
}

export interface ImageLoader {
  readonly fetcher: ImageFetcher
  readonly maxImageBytes: number
}

/**
 * The bytes behind a source.
 * @throws Failure too_large, and for URLs what the fetcher throws
 */
export async function loadImage (loader: ImageLoader, name: string, source: ImageSource, signal: AbortSignal): Promise<Buffer> {
  if (source.kind === 'url') return await loader.fetcher.fetch(source.url, signal)
  if (source.bytes.length > loader.maxImageBytes) {
    throw new Failure('too_large', `the image in '${name}' has ${source.bytes.length} bytes; the limit is ${loader.maxImageBytes}`)
  }
  return source.bytes
}
