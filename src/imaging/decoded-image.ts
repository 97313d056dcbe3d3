// The one form in which a picture travels from intake to the engines.

/**
 * Upright 8-bit sRGB pixels, possibly shrunk on decoding.
 *
 * `data` is row-major and interleaved, `width * height * channels` bytes: RGB, or RGBA with alpha not premultiplied
 * (0 transparent, 255 opaque). `width` and `height` are those of `data`; `original` is the size in pixels of the upright
 * picture before shrinking, so an engine can answer in source pixels. The holder of an image must not write to `data`.
 */
export interface DecodedImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  readonly original: { readonly width: number; readonly height: number }
}
