// How a pull shows itself to people: a bar for each file on a terminal, a line when it is done elsewhere.
import { SingleBar } from 'cli-progress'
import type { PulledFile } from '../pull/pull-models.js'

export interface PullProgress {
  grow (file: string, received: number, total: number | undefined): void
  end (file: PulledFile): void
  /** Leaves no half-drawn bar behind. */
  stop (): void
}

const MB = 1e6

/** Makes it for a stream: standard error, so that results can be piped. */
export function showProgress (stream: NodeJS.WritableStream & { readonly isTTY?: boolean }): PullProgress {
  let bar: SingleBar | undefined
  const stop = (): void => {
    bar?.stop()
    bar = undefined
  }
  return {
    grow (file, received, total) {
      if (stream.isTTY !== true) return
      if (bar === undefined) {
        bar = new SingleBar({ stream, format: `${file}  {bar}  {received} of {whole} MB`, barCompleteChar: '█', barIncompleteChar: '░', hideCursor: true, clearOnComplete: true })
        bar.start(total ?? 0, received, { received: '0.0', whole: '?' })
      }
      bar.setTotal(Math.max(total ?? received, 1))
      bar.update(received, { received: inMB(received), whole: total === undefined ? '?' : inMB(total) })
    },
    end (file) {
      stop()
      stream.write(`${lineOf(file)}\n`)
    },
    stop
  }
}

/** Bytes in megabytes, with one decimal. */
export function inMB (bytes: number): string {
  return (bytes / MB).toFixed(1)
}

function lineOf ({ model, file, state, from, faults }: PulledFile): string {
  const tried = faults.map(fault => `\n  ${fault}`).join('')
  switch (state) {
    case 'kept': return `${model}: ${file} is there already`
    case 'pulled': return `${model}: ${file} pulled from ${from ?? 'there'}${tried === '' ? '' : `; before that:${tried}`}`
    case 'failed': return `${model}: ${file} could not be had:${tried}`
  }
}
