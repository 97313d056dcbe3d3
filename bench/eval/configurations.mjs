// The ways in which the server is started for the evaluation. Each is asked the same.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MAIN, cleanEnvironment } from './service.mjs'

const MIRROR = new URL('../../../shared/models/', import.meta.url)

/** A configuration that cannot be had here, with the reason. */
export class Unavailable extends Error {}

/**
 * By name: `prepare(folder)` returns the environment to start the server with; the folder is empty and goes when the run
 * ends.
 * @type {Record<string, { about: string, prepare (folder: string): Promise<Record<string, string>> }>}
 */
export const CONFIGURATIONS = {
  embedded: {
    about: 'what is there after npm ci',
    prepare: async () => ({ COMPUTE_MODELS: 'embedded' })
  },
  standard: {
    about: 'with the standard set pulled: the best of both',
    prepare: async folder => ({ COMPUTE_MODELS: 'auto', COMPUTE_MODELS_DIR: await pullStandard(folder) })
  },
  // Not part of a plain run: what the pulled models give by themselves.
  'standard-alone': {
    about: 'the standard set without the embedded models beside it',
    prepare: async folder => ({ COMPUTE_MODELS: 'standard', COMPUTE_MODELS_DIR: await pullStandard(folder) })
  }
}

/** What is measured where nothing is said. */
export const USUAL_CONFIGURATIONS = ['embedded', 'standard']

async function pullStandard (folder) {
  if (!existsSync(MIRROR)) throw new Unavailable('the standard set is pulled from ../shared/models, which is not here')
  const models = join(folder, 'models')
  const env = { ...cleanEnvironment(), COMPUTE_DATA_DIR: folder, COMPUTE_MODELS_DIR: models }
  try {
    await promisify(execFile)(process.execPath, [MAIN, 'models', 'pull', '--set', 'standard', '--from', MIRROR.pathname], { env })
  } catch (error) {
    const words = String(error.stderr || error.message).trim().split('\n')[0]
    throw new Unavailable(`the standard set cannot be pulled: ${words}`)
  }
  return models
}
