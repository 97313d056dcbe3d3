// The program's version, from the one place that states it.
import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** Version of this program as package.json states it. */
export const VERSION: string = version
