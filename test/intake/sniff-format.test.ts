import t from 'tap'
import { ACCEPTED_FORMATS, formatLabel, isAccepted, isPicture, sniffFormat } from '../../src/intake/sniff-format.js'
import { type FixtureName, readFixture } from '../fixtures/index.js'

const bytes = (...parts: ReadonlyArray<string | readonly number[]>): Buffer =>
  Buffer.concat(parts.map(part => typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))
const ftyp = (major: string, ...compatible: readonly string[]): Buffer =>
  bytes([0, 0, 0, 16 + 4 * compatible.length], 'ftyp', major, [0, 0, 0, 0], ...compatible, 'more data')

t.test('each accepted format is told by its content', async t => {
  const names: Readonly<Partial<Record<FixtureName, string>>> = {
    'quarters.jpg': 'jpeg',
    'quarters.png': 'png',
    'quarters.gif': 'gif',
    'quarters.webp': 'webp',
    'quarters.avif': 'avif',
    'quarters.tif': 'tiff',
    'quarters.bmp': 'bmp',
    'quarters.heic': 'heic'
  }
  for (const [name, format] of Object.entries(names)) t.equal(sniffFormat(readFixture(name as FixtureName)), format, name)
  t.equal(sniffFormat(bytes('MM\0*....')), 'tiff')
  t.equal(sniffFormat(bytes('II+\0....')), 'tiff', 'BigTIFF')
  t.equal(ACCEPTED_FORMATS, 'JPEG, PNG, GIF, WebP, AVIF, TIFF, BMP, HEIC')
})

t.test('brands decide between AVIF, HEIC and what only shares their container', async t => {
  t.equal(sniffFormat(ftyp('avif', 'mif1', 'miaf')), 'avif')
  t.equal(sniffFormat(ftyp('avis', 'msf1')), 'avif')
  t.equal(sniffFormat(ftyp('mif1', 'avif', 'miaf')), 'avif')
  t.equal(sniffFormat(ftyp('heic', 'mif1')), 'heic')
  t.equal(sniffFormat(ftyp('heix')), 'heic')
  t.equal(sniffFormat(ftyp('hevc', 'msf1')), 'heic')
  t.equal(sniffFormat(ftyp('mif1', 'heic')), 'heic')
  t.equal(sniffFormat(ftyp('msf1')), 'heic')
  t.equal(sniffFormat(ftyp('miaf')), 'heif')
  t.equal(sniffFormat(ftyp('crx ', 'isom')), 'cr3')
  t.equal(sniffFormat(ftyp('isom', 'mp42')), 'video')
  t.equal(sniffFormat(ftyp('????')), undefined)
  t.equal(sniffFormat(bytes([0, 0, 0, 12], 'ftyp')), undefined, 'cut off before the brand')
})

t.test('formats that are not accepted are named', async t => {
  const table: ReadonlyArray<readonly [Buffer, string]> = [
    [bytes([0xff, 0x0a, 0, 0]), 'JPEG XL'],
    [bytes([0, 0, 0, 12], 'JXL ', [0x0d, 0x0a, 0x87, 0x0a]), 'JPEG XL'],
    [bytes([0, 0, 0, 12], 'jP  ', [0x0d, 0x0a, 0x87, 0x0a]), 'JPEG 2000'],
    [bytes([0xff, 0x4f, 0xff, 0x51]), 'JPEG 2000'],
    [bytes('%PDF-1.7'), 'PDF'],
    [bytes([0, 0, 1, 0, 1, 0]), 'ICO'],
    [bytes('8BPS'), 'Photoshop'],
    [bytes([0x1f, 0x8b, 8, 0]), 'gzip-compressed (perhaps SVGZ)'],
    [bytes('P6 2 2 255\n'), 'PNM'],
    [bytes('PK\x03\x04'), 'ZIP'],
    [bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'SVG'],
    [bytes('ï»¿\n <?xml version="1.0"?><!-- a drawing --><svg>'), 'SVG'],
    [bytes('<s:svg xmlns:s="http://www.w3.org/2000/svg">'), 'SVG'],
    [bytes('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">'), 'SVG'],
    [Buffer.from('\ufeff<svg>', 'utf16le'), 'SVG'],
    [bytes('<?xml version="1.0"?><rss>'), 'XML (perhaps SVG)'],
    [bytes('\n<!DOCTYPE html><html>'), 'HTML'],
    [bytes('<HTML><body>'), 'HTML'],
    [bytes('{"error": 1}'), 'JSON']
  ]
  for (const [content, label] of table) {
    const format = sniffFormat(content)
    t.ok(format !== undefined && !isAccepted(format) && formatLabel(format) === label, label)
  }
  t.ok(isPicture('svg') && isPicture('jxl') && !isPicture('html') && !isPicture('json'))
})

t.test('what looks like nothing known is undefined', async t => {
  for (const content of [bytes(), bytes([0xff]), bytes('BM'), bytes('BMW is a maker of cars and motorcycles'), bytes('RIFF....WAVE'), bytes('hello'), bytes('< 5 and > 3'), Buffer.alloc(2000)]) {
    t.equal(sniffFormat(content), undefined, content.toString('latin1', 0, 20))
  }
})

t.test('a view into a larger buffer is read at its own place', async t => {
  const png = readFixture('quarters.png')
  const larger = Buffer.concat([Buffer.from('GIF89a'), png])
  t.equal(sniffFormat(larger.subarray(6)), 'png')
  t.equal(sniffFormat(new Uint8Array(larger.buffer, larger.byteOffset + 6, png.length)), 'png')
})
