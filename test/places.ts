// Where things stand. Tests run as compiled in a folder of their own, so that paths from them do not lead to sources.
import { existsSync } from 'node:fs'

/** The project's folder, with a slash at its end. */
export const ROOT = `${process.cwd()}/`
if (!existsSync(`${ROOT}package.json`)) throw new Error(`tests run from the project's folder, which ${ROOT} is not`)

/** Material that does not belong to the project: only read, and only where it is there. */
export const SHARED = `${ROOT}../shared/`
