// A folder of models and a folder of packages for tests that change them: the real small models, and only those.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test } from 'tap'
import { findPackageFrom } from '../../src/convert/package-files.js'
import { type Model, type ModelManifest, readManifest } from '../../src/runtime/model-manifest.js'
import { ROOT } from '../places.js'

const PACKAGE = '@vladmandic/human'

/** An empty folder for a test, outside the project: below it Node would find the project's own packages. */
export function emptyFolder (t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'compute-api-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The manifest of the project. */
export const manifest: ModelManifest = readManifest(`${ROOT}models/manifest.json`)

/** A row of it. */
export function rowOf (id: string): Model {
  const row = manifest.models.find(model => model.id === id)
  if (row === undefined) throw new Error(`no model ${id}`)
  return row
}

/** Writes models/manifest.json with some rows below a folder, and gives the folder of the models. */
export function writeModels (folder: string, rows: readonly object[]): string {
  const models = join(folder, 'models')
  mkdirSync(models, { recursive: true })
  writeFileSync(join(models, 'manifest.json'), JSON.stringify({ version: 1, models: rows }))
  return models
}

/** Copies what some models need of their package into node_modules below a folder, and gives the package's folder there. */
export function copyPackage (folder: string, ids: readonly string[]): string {
  const installed = findPackageFrom(ROOT)(PACKAGE)
  if (installed === undefined) throw new Error(`${PACKAGE} is not installed`)
  const target = join(folder, 'node_modules', PACKAGE)
  mkdirSync(join(target, 'models'), { recursive: true })
  cpSync(join(installed, 'package.json'), join(target, 'package.json'))
  for (const id of ids) {
    const row = rowOf(id)
    if (row.kind !== 'converted') throw new Error(`${id} is not converted`)
    for (const { path } of [row.source.graph, ...row.source.weights]) cpSync(join(installed, path), join(target, path))
  }
  return target
}

/** Changes one byte of a file. */
export function spoil (path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
