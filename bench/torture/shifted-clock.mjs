// Loaded into the server: its clock is off by as many milliseconds as the file CLOCK_SHIFT_FILE says at the time.
import { readFileSync } from 'node:fs'

const now = Date.now
let shiftMs = 0
setInterval(() => {
  try {
    shiftMs = Number(readFileSync(process.env.CLOCK_SHIFT_FILE, 'utf8'))
  } catch {
    // Not written yet.
  }
}, 50).unref()

const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor (...args) {
    if (args.length === 0) super(now() + shiftMs)
    else super(...args)
  }

  static now () {
    return now() + shiftMs
  }
}
