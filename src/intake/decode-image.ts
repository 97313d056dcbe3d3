// Bytes to pixels: the only place that opens a picture. What comes out is upright 8-bit sRGB at the size that was
// asked for, whatever came in.
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { enlarge } from '../imaging/enlarge.js'
import { damaged, decodingLate, tooManyChannels, tooManyPixels, tooManyScans, unacceptable } from './decode-failures.js'
import { createForeignDecoder } from './foreign-decoder.js'
import { createGate } from './gate.js'
import { MAX_JPEG_SCANS, countJpegScans } from './jpeg-scans.js'
import { type AcceptedFormat, isAccepted, sniffFormat } from './sniff-format.js'
import { runWatched } from './watch.js'

export interface ImageDecoderOptions {
  /** Pictures with more pixels (of the file, before shrinking) are refused by their header. */
  readonly maxPixels: number
  /** The longest time for one picture, waiting included. */
  readonly timeoutMs: number
  /** How many pictures sharp decodes at a time; more than libuv has threads (four by default) is of no use. */
  readonly maxConcurrent?: number
}

export interface DecodeSize {
  readonly width: number
  readonly height: number
  readonly fit: 'inside' | 'fill'
  readonly kernel?: 'nearest' | 'linear' | 'lanczos3'
}

export interface DecodeOptions {
  /**
   * The size that is needed; without it the picture keeps its own. 'inside' keeps the proportions and never enlarges;
   * 'fill' gives exactly this size, linear where it enlarges. The kernel 'nearest' keeps colours as they are where the others
   * mix neighbours. A function is asked once the upright original's size is known.
   */
  readonly size?: DecodeSize | ((original: DecodedImage['original']) => DecodeSize)
  /** 'flatten' paints transparent parts on white and gives 3 channels; 'keep' gives 4 where the picture has alpha. */
  readonly alpha: 'flatten' | 'keep'
}

export interface ImageDecoder {
  /**
   * Decodes the first frame of a picture.
   * BMP and HEIC end at once when `signal` is aborted. sharp cannot be interrupted: for the others the promise settles
   * when sharp is done, so that whoever holds a slot of the CPU budget for it keeps the slot as long as it computes.
   * @throws Failure unsupported_media (no picture, refused format, damaged), too_large, deadline_passed, busy; the
   *   reason of `signal`
   */
  decode (bytes: Uint8Array, options: DecodeOptions, signal: AbortSignal): Promise<DecodedImage>
  /** The same picture at another size, sides taken alone; itself where it has that size. */
  resize (image: DecodedImage, size: { readonly width: number, readonly height: number }): Promise<DecodedImage>
  /** Ends the thread for BMP and HEIC. */
  close (): Promise<void>
}

/** Leaves one of libuv's four threads for name look-ups, files and password hashes. */
const DEFAULT_CONCURRENT = 3

/**
 * Warnings are let through, since cameras and editors write files that give them; errors and cut-off files are not,
 * since a half-grey picture gives an answer that nobody can tell from a right one.
 */
const FAIL_ON = 'error'

const WHITE = '#ffffff'

/** The loaders for what is sent to sharp here; all others are out of reach, whatever the bytes say. */
const LOADERS = [
  'VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp',
  'VipsForeignLoadTiff', 'VipsForeignLoadHeif'
]

/**
 * Sets sharp up for a server: no cache of operations (every picture is new), one thread a picture (the requests are
 * the parallelism), and no loader but those of accepted formats. Changes the state of the whole process; call it once,
 * at start.
 */
export function configureSharp (): void {
  sharp.cache(false)
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: LOADERS })
}

/** Makes a decoder. Nothing is started until the first picture comes. */
export function createImageDecoder ({ maxPixels, timeoutMs, maxConcurrent = DEFAULT_CONCURRENT }: ImageDecoderOptions): ImageDecoder {
  const foreign = createForeignDecoder({ maxPixels })
  const gate = createGate(maxConcurrent)
  const timeoutS = Math.max(1, Math.ceil(timeoutMs / 1000))

  async function decodeBySharp (format: AcceptedFormat, bytes: Uint8Array, options: DecodeOptions, signal: AbortSignal): Promise<DecodedImage> {
    const header = await translateErrors(format, timeoutMs, open(bytes, false).metadata())
    const original = { width: header.autoOrient.width, height: header.autoOrient.height }
    if (original.width * original.height > maxPixels) throw tooManyPixels(original, maxPixels)
    // Five bands are CMYK with alpha, or something that has no place in RGB.
    if (header.channels > 4 && header.space !== 'cmyk') throw tooManyChannels(format, header.channels)
    signal.throwIfAborted()
    const size = typeof options.size === 'function' ? options.size(original) : options.size
    const pixels = shape(open(bytes, maxPixels).timeout({ seconds: timeoutS }), header, size, options.alpha)
    const { data, info } = await translateErrors(format, timeoutMs, pixels.raw().toBuffer({ resolveWithObject: true }))
    const { width, height, channels } = info
    if (channels !== 3 && channels !== 4) throw tooManyChannels(format, channels)
    const decoded = { data, width, height, channels, original } as const
    return size?.fit === 'fill' ? enlarge(decoded, size) : decoded
  }

  return {
    async decode (bytes, options, signal) {
      let sharpIsDone: Promise<unknown> = Promise.resolve()
      try {
        return await runWatched(signal, timeoutMs, () => decodingLate(timeoutMs), async ({ signal }) => {
          const format = sniffFormat(bytes)
          if (format === undefined || !isAccepted(format)) throw unacceptable(format, bytes.length)
          if (format === 'jpeg' && countJpegScans(bytes) > MAX_JPEG_SCANS) throw tooManyScans(MAX_JPEG_SCANS)
          const native = format === 'bmp' || format === 'heic' ? await foreign.decode(format, bytes, signal) : bytes
          const leave = await gate.enter(signal)
          const work = decodeBySharp(format, native, options, signal).finally(leave)
          sharpIsDone = work.catch(() => {})
          return await work
        })
      } finally {
        await sharpIsDone
      }
    },
    async resize (image, { width, height }) {
      if (image.width === width && image.height === height) return image
      const { channels, original } = image
      const shrunk = { width: Math.min(width, image.width), height: Math.min(height, image.height) }
      const raw = { width: image.width, height: image.height, channels }
      const data = await sharp(image.data, { raw, limitInputPixels: false }).resize({ ...shrunk, fit: 'fill', kernel: 'linear' }).raw().toBuffer()
      return enlarge({ data, ...shrunk, channels, original }, { width, height })
    },
    close: () => foreign.close()
  }
}

function open (bytes: Uint8Array, limitInputPixels: number | false): Sharp {
  return sharp(bytes, { failOn: FAIL_ON, limitInputPixels, autoOrient: true })
}

// Never larger than the picture in either direction: what is still to be enlarged, `enlarge` does.
function shape (image: Sharp, header: Metadata, size: DecodeSize | undefined, alpha: DecodeOptions['alpha']): Sharp {
  const flat = alpha === 'flatten' && header.hasAlpha ? image.flatten({ background: WHITE }) : image
  const sized = size === undefined
    ? flat
    : flat.resize({
      width: Math.min(size.width, size.fit === 'fill' ? header.autoOrient.width : Infinity),
      height: Math.min(size.height, size.fit === 'fill' ? header.autoOrient.height : Infinity),
      fit: size.fit,
      kernel: size.kernel ?? 'lanczos3',
      withoutEnlargement: true
    })
  return sized.toColourspace('srgb')
}

async function translateErrors<T> (format: AcceptedFormat, timeoutMs: number, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('timeout:')) throw decodingLate(timeoutMs)
    throw damaged(format, error)
  }
}
