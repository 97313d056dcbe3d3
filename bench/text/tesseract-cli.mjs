// Tesseract's own command line on whole pictures, one thread: its answers in our shape, and its CPU time.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

const ENVIRONMENT = { ...process.env, OMP_THREAD_LIMIT: '1' }

/** Its version, or undefined where it is not installed. */
export function cliVersion () {
  try {
    return execFileSync('tesseract', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).split('\n')[0]
  } catch {
    return undefined
  }
}

/**
 * Reads a picture with a page segmentation mode.
 * @returns {Promise<{ content: { textAnnotations: object[] }, cpuMs: number }>}
 */
export async function readWithCli (file, psm, languages = 'fra+eng') {
  const folder = mkdtempSync(join(tmpdir(), 'tesseract-'))
  try {
    const picture = join(folder, 'picture.png')
    writeFileSync(picture, await sharp(file).autoOrient().png({ compressionLevel: 1 }).toBuffer())
    const command = `tesseract ${picture} ${folder}/page --psm ${psm} -l ${languages} tsv txt 2>/dev/null; cat ${folder}/page.txt; echo; echo ====; cat ${folder}/page.tsv; echo ====; times`
    const [text, table, times] = execFileSync('sh', ['-c', command], { env: ENVIRONMENT, encoding: 'utf8', maxBuffer: 64e6 }).split('\n====\n')
    return { content: { textAnnotations: annotationsOf(text, table) }, cpuMs: cpuMsOf(times) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function annotationsOf (text, table) {
  const words = table.split('\n').slice(1).map(line => line.split('\t')).filter(cells => cells[0] === '5' && cells[11]?.trim())
  if (words.length === 0) return []
  return [{ description: text }, ...words.map(cells => {
    const [left, top, width, height] = cells.slice(6, 10).map(Number)
    const [right, bottom] = [left + width, top + height]
    return { description: cells[11], boundingPoly: { vertices: [{ y: top, x: left }, { y: top, x: right }, { y: bottom, x: right }, { y: bottom, x: left }] } }
  })]
}

// The second line of `times` is that of the shell's children: user and system, as 0m1.230000s.
function cpuMsOf (times) {
  return 1000 * times.trim().split('\n').at(-1).split(' ').reduce((sum, time) => {
    const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(time)
    return sum + 60 * Number(minutes) + Number(seconds)
  }, 0)
}
