// The ways in which the server is started for the evaluation. Each is asked the same.
import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { MAIN, cleanEnvironment } from './service.mjs'

const MIRROR = new URL('../../../shared/models/', import.meta.url)

/** A configuration that cannot be had here, with the reason. */
export class Unavailable extends Error {}

/**
 * By name: `prepare(folder)` returns the environment to start the server with, and the program where it is not the usual
 * one; the folder is empty and goes when the run ends.
 * @type {Record<string, { about: string, prepare (folder: string): Promise<{ env: Record<string, string>, main?: string }> }>}
 */
export const CONFIGURATIONS = {
  embedded: {
    about: 'what is there after npm ci',
    prepare: async () => ({ env: { COMPUTE_MODELS: 'embedded' } })
  },
  standard: {
    about: 'with the standard set pulled: the best of both',
    prepare: async folder => ({ env: { COMPUTE_MODELS: 'auto', COMPUTE_MODELS_DIR: await pullStandard(folder) } })
  },
  // Not part of a plain run: what the pulled models give by themselves.
  'standard-alone': {
    about: 'the standard set without the embedded label heads beside it',
    prepare: async folder => ({ env: { COMPUTE_MODELS: 'standard', COMPUTE_MODELS_DIR: await pullStandard(folder) }, main: withoutModel(folder, 'label-heads') })
  }
}

/** What is measured where nothing is said. */
export const USUAL_CONFIGURATIONS = ['embedded', 'standard']

/** A copy of the build whose manifest lacks a model, as of an operator who took it out. */
function withoutModel (folder, id) {
  const dist = dirname(MAIN)
  const copy = join(folder, 'program', 'dist')
  cpSync(dist, copy, { recursive: true })
  for (const beside of ['node_modules', 'package.json', 'models']) symlinkSync(join(dist, '..', beside), join(copy, '..', beside))
  const path = join(copy, 'models', 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...manifest, models: manifest.models.filter(model => model.id !== id) }))
  return join(copy, basename(MAIN))
}

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
