// What a picture is, told by its first bytes alone: file names and content types lie, and every wrong guess would
// reach a decoder that was not meant for it.

/** Formats that are decoded. */
export type AcceptedFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'tiff' | 'bmp' | 'heic'

/** Formats that are recognised only so that the refusal can name them. */
export type RefusedFormat =
  | 'jxl' | 'jp2' | 'svg' | 'svgz' | 'pdf' | 'ico' | 'psd' | 'exr' | 'pnm' | 'cr3' | 'heif' | 'video' | 'zip' | 'html' | 'xml' | 'json'

export type ImageFormat = AcceptedFormat | RefusedFormat

interface FormatFacts {
  readonly accepted: boolean
  /** The name in words for clients. */
  readonly label: string
}

const FACTS: { readonly [K in ImageFormat]: FormatFacts } = {
  jpeg: { accepted: true, label: 'JPEG' },
  png: { accepted: true, label: 'PNG' },
  gif: { accepted: true, label: 'GIF' },
  webp: { accepted: true, label: 'WebP' },
  avif: { accepted: true, label: 'AVIF' },
  tiff: { accepted: true, label: 'TIFF' },
  bmp: { accepted: true, label: 'BMP' },
  heic: { accepted: true, label: 'HEIC' },
  jxl: { accepted: false, label: 'JPEG XL' },
  jp2: { accepted: false, label: 'JPEG 2000' },
  svg: { accepted: false, label: 'SVG' },
  svgz: { accepted: false, label: 'gzip-compressed (perhaps SVGZ)' },
  pdf: { accepted: false, label: 'PDF' },
  ico: { accepted: false, label: 'ICO' },
  psd: { accepted: false, label: 'Photoshop' },
  exr: { accepted: false, label: 'OpenEXR' },
  pnm: { accepted: false, label: 'PNM' },
  cr3: { accepted: false, label: 'Canon CR3' },
  heif: { accepted: false, label: 'HEIF (neither HEIC nor AVIF)' },
  video: { accepted: false, label: 'video' },
  zip: { accepted: false, label: 'ZIP' },
  html: { accepted: false, label: 'HTML' },
  xml: { accepted: false, label: 'XML (perhaps SVG)' },
  json: { accepted: false, label: 'JSON' }
}

/** Recognised formats that are no picture at all, such as the error page of a web server. */
const NO_PICTURE: ReadonlySet<ImageFormat> = new Set<ImageFormat>(['html', 'xml', 'json', 'zip', 'video'])

/** The accepted formats as a list in words, for error messages. */
export const ACCEPTED_FORMATS = Object.values(FACTS).filter(facts => facts.accepted).map(facts => facts.label).join(', ')

/** As many first bytes as `sniffFormat` ever looks at. */
export const SNIFFED_BYTES = 1024

type Signature = readonly [format: ImageFormat, offset: number, bytes: readonly number[]]

const ascii = (text: string): readonly number[] => Array.from(text, character => character.charCodeAt(0))

const SIGNATURES: readonly Signature[] = [
  ['jpeg', 0, [0xff, 0xd8, 0xff]],
  ['png', 0, [0x89, ...ascii('PNG\r\n\x1a\n')]],
  ['gif', 0, ascii('GIF87a')],
  ['gif', 0, ascii('GIF89a')],
  ['tiff', 0, ascii('II*\0')],
  ['tiff', 0, ascii('MM\0*')],
  ['tiff', 0, ascii('II+\0')],
  ['tiff', 0, ascii('MM\0+')],
  ['jxl', 0, [0xff, 0x0a]],
  ['jxl', 0, [0, 0, 0, 12, ...ascii('JXL \r\n'), 0x87, 0x0a]],
  ['jp2', 0, [0, 0, 0, 12, ...ascii('jP  \r\n'), 0x87, 0x0a]],
  ['jp2', 0, [0xff, 0x4f, 0xff, 0x51]],
  ['pdf', 0, ascii('%PDF-')],
  ['psd', 0, ascii('8BPS')],
  ['exr', 0, [0x76, 0x2f, 0x31, 0x01]],
  ['ico', 0, [0, 0, 1, 0]],
  ['ico', 0, [0, 0, 2, 0]],
  ['svgz', 0, [0x1f, 0x8b, 0x08]],
  ['zip', 0, ascii('PK\x03\x04')],
  ['video', 0, [0x1a, 0x45, 0xdf, 0xa3]]
]

/** Sizes of the header that follows the 14 bytes of a BMP file header; two letters alone are too weak a sign. */
const BMP_HEADER_SIZES: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124])

/** Brands of ISO base media files in order of precedence: mif1 and msf1 name only the container. */
const BRANDS: ReadonlyArray<readonly [ImageFormat, readonly string[]]> = [
  ['avif', ['avif', 'avis']],
  ['heic', ['heic', 'heix', 'hevc', 'hevx']],
  ['cr3', ['crx ']],
  ['heic', ['mif1', 'msf1']],
  ['heif', ['mif2', 'miaf', 'heim', 'heis', 'hevm', 'hevs', 'jpeg', 'j2ki']],
  ['video', ['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'qt  ', 'M4V ', '3gp4', '3gp5', 'avc1']]
]

/**
 * Tells a format by the content.
 * @returns undefined when the bytes look like nothing known
 */
export function sniffFormat (bytes: Uint8Array): ImageFormat | undefined {
  const signed = SIGNATURES.find(([, offset, expected]) => expected.every((byte, i) => bytes[offset + i] === byte))
  if (signed !== undefined) return signed[0]
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SNIFFED_BYTES))
  if (latin(head, 0, 4) === 'RIFF' && latin(head, 8, 12) === 'WEBP') return 'webp'
  if (latin(head, 4, 8) === 'ftyp' && head.length >= 12) return sniffBrands(head)
  if (latin(head, 0, 2) === 'BM' && head.length >= 18 && BMP_HEADER_SIZES.has(head.readUInt32LE(14))) return 'bmp'
  return sniffText(head)
}

/** Whether a format is one of those that are decoded. */
export function isAccepted (format: ImageFormat): format is AcceptedFormat {
  return FACTS[format].accepted
}

/** Whether a format is at least a picture or a document, decoded or not. */
export function isPicture (format: ImageFormat): boolean {
  return !NO_PICTURE.has(format)
}

/** The name of a format in words for clients. */
export function formatLabel (format: ImageFormat): string {
  return FACTS[format].label
}

function latin (head: Buffer, start: number, end: number): string {
  return head.toString('latin1', Math.min(start, head.length), Math.min(end, head.length))
}

function sniffBrands (head: Buffer): ImageFormat | undefined {
  const end = Math.min(head.readUInt32BE(0), head.length)
  const brands = new Set([latin(head, 8, 12)])
  // Bytes 12 to 15 are the minor version; the compatible brands follow.
  for (let at = 16; at + 4 <= end; at += 4) brands.add(latin(head, at, at + 4))
  return BRANDS.find(([, names]) => names.some(name => brands.has(name)))?.[0]
}

function sniffText (head: Buffer): ImageFormat | undefined {
  if (/^P[1-7]\s/.test(latin(head, 0, 3))) return 'pnm'
  // UTF-16 text shows as every second byte zero.
  const text = head.toString('latin1').replaceAll('\0', '').replace(/^(ï»¿|ÿþ|þÿ)/, '').trimStart()
  if (/^[{[]\s*["{[\]}]/.test(text)) return 'json'
  if (!text.startsWith('<')) return undefined
  if (/^<(!doctype html|html|head|body)\b/i.test(text)) return 'html'
  if (/<([a-z]+:)?svg[\s>]/i.test(text) || /^<!doctype svg\b/i.test(text)) return 'svg'
  // Entities may fill the whole head before the root element is named.
  if (/^<\?xml\b/i.test(text)) return 'xml'
  return /^<[a-z!]/i.test(text) ? 'html' : undefined
}
