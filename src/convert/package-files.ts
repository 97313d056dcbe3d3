// Finds the files of npm packages and makes sure that they are the ones that were looked at.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { digestBytes, digestFault } from '../runtime/model-digest.js'
import { type PackageFile } from '../runtime/model-manifest.js'
import { ConversionError } from './conversion-error.js'

/** A package as the manifest pins it. */
export interface PinnedPackage {
  readonly name: string
  readonly version: string
}

/** Gives the folder of an installed package, or undefined. */
export type FindPackage = (name: string) => string | undefined

/**
 * Looks for packages where Node would, from a folder on. It does not resolve them: their `exports` hide everything but
 * their code, which is never loaded.
 */
export function findPackageFrom (folder: string): FindPackage {
  const places = (name: string): string[] => createRequire(join(folder, 'package.json')).resolve.paths(name) ?? []
  return name => places(name).map(place => join(place, name)).find(candidate => existsSync(join(candidate, 'package.json')))
}

/**
 * The bytes of a file in a package.
 * @throws ConversionError the package or the file is missing, or the file is another one; says what was found
 */
export function readPackageFile (pinned: PinnedPackage, { path, bytes, sha256 }: PackageFile, findPackage: FindPackage): Uint8Array {
  const advice = `Run \`npm ci\` to get ${pinned.name} ${pinned.version}`
  const folder = findPackage(pinned.name)
  if (folder === undefined) throw new ConversionError(`The package ${pinned.name} ${pinned.version} is not installed. ${advice}.`)
  const found = `${pinned.name} ${versionOf(folder)}`
  let content: Uint8Array
  try {
    content = readFileSync(join(folder, path))
  } catch (cause) {
    throw new ConversionError(`${path} of ${found} cannot be read. ${advice}.`, { cause })
  }
  const fault = digestFault(digestBytes(content), { sha256, bytes })
  if (fault !== undefined) {
    throw new ConversionError(`${path} of ${found} is not the file that models/manifest.json pins: ${fault}. ${advice}; after an intended update look at the new file and change its row.`)
  }
  return content
}

function versionOf (folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }
    return String(version)
  } catch {
    return 'of an unknown version'
  }
}
