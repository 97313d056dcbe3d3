// Where the files of a model lie, and whether they are what the manifest says.
import { join } from 'node:path'
import { type ExpectedDigest, type FileDigest, digestFault, digestFile } from './model-digest.js'
import type { Model, ModelFile } from './model-manifest.js'

/** The folders that are looked into. */
export interface ModelFolders {
  /** What the build made, and what was pulled into an image. */
  readonly built: string
  /** What an operator pulled; it need not exist. */
  readonly pulled?: string | undefined
}

/** `absent`: no file of that name; `damaged`: there, and not what it should be. */
export type FileState = 'installed' | 'absent' | 'damaged'

/** What was found of one file. */
export interface InspectedFile {
  readonly file: ModelFile
  readonly state: FileState
  /** Where it is, or where it should be. */
  readonly path: string
  /** What it really is; where it could be read. */
  readonly digest?: FileDigest
  /** For the operator; where it is not installed. */
  readonly fault?: string
}

/** What was found of a model. It is installed when all of its files are. */
export interface InspectedModel {
  readonly facts: Model
  readonly state: FileState
  readonly files: readonly InspectedFile[]
  /** All that is wrong, damaged copies that a good one stands in for included. */
  readonly faults: readonly string[]
}

/** Looks at every file of a model by its digest; never throws. Pulled files may lie in either folder. */
export async function inspectModel (facts: Model, folders: ModelFolders): Promise<InspectedModel> {
  const places = facts.kind === 'pulled' && folders.pulled !== undefined ? [folders.pulled, folders.built] : [folders.built]
  const files: InspectedFile[] = []
  const faults: string[] = []
  for (const file of facts.files) {
    const copies: InspectedFile[] = []
    for (const place of places) copies.push(await inspectFile(join(place, file.file), file))
    faults.push(...copies.flatMap(({ state, fault }) => state === 'damaged' && fault !== undefined ? [fault] : []))
    const best = (['installed', 'damaged', 'absent'] as const).flatMap(state => copies.filter(copy => copy.state === state))[0]
    if (best === undefined) continue
    if (best.state === 'absent' && best.fault !== undefined) faults.push(best.fault)
    files.push(best)
  }
  const state = (['damaged', 'absent'] as const).find(state => files.some(file => file.state === state)) ?? 'installed'
  return { facts, state, files, faults }
}

/** Looks at one file; never throws. */
export async function inspectFile (path: string, file: ModelFile): Promise<InspectedFile> {
  try {
    const digest = await digestFile(path)
    const fault = digestFault(digest, expectedDigest(file))
    return fault === undefined ? { file, path, digest, state: 'installed' } : { file, path, digest, state: 'damaged', fault: `${file.file} is damaged: ${fault}` }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const absent = code === 'ENOENT' || code === 'ENOTDIR'
    return { file, path, state: absent ? 'absent' : 'damaged', fault: `${file.file} cannot be read: ${code ?? String(error)}` }
  }
}

/** What the manifest knows of a file. */
export function expectedDigest (file: ModelFile): ExpectedDigest {
  return {
    ...(file.bytes === undefined ? {} : { bytes: file.bytes }),
    ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
    ...('gitBlob' in file && file.gitBlob !== undefined ? { gitBlob: file.gitBlob } : {})
  }
}
