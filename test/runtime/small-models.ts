// A manifest and folders with files of a few bytes, for tests of what happens to models before they are run.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { digestBytes } from '../../src/runtime/model-digest.js'
import type { Model } from '../../src/runtime/model-manifest.js'

export interface SmallModel {
  readonly id: string
  readonly set: Model['set']
  readonly tasks?: Model['tasks']
  readonly rank?: number
  /** The file's bytes as text; its name is the id with ".onnx". */
  readonly content: string
  /** By a git blob id alone, as where a repository states no more. */
  readonly blobOnly?: boolean
  readonly urls?: readonly string[]
}

/** Rows that the manifest's schema takes, and the bytes of their files. */
export function rowOf ({ id, set, tasks = ['object-detection'], rank, content, blobOnly = false, urls = ['https://a.example/x', 'https://b.example/x'] }: SmallModel): Record<string, unknown> {
  const { bytes, sha256, gitBlob } = digestBytes(Buffer.from(content))
  const file = { name: 'whole', file: `${id}.onnx`, outputs: ['boxes'], ...(blobOnly ? { gitBlob } : { bytes, sha256 }) }
  return {
    id,
    about: `the model ${id}`,
    tasks,
    ...(rank === undefined ? {} : { preference: Object.fromEntries(tasks.map(task => [task, { rank, reason: 'it was measured so' }])) }),
    set,
    kind: set === 'embedded' ? 'committed' : 'pulled',
    files: [set === 'embedded' ? file : { ...file, urls }],
    inputs: [],
    outputs: [{ name: 'boxes', type: 'float32', shape: [1], activation: 'none', meaning: 'boxes' }],
    licences: [{ name: 'MIT', covers: 'all of it', source: 'https://example.org/licence' }],
    verified: true
  }
}

/** Folders with a manifest of such models: what the build made (the embedded ones are there), and what was pulled (nothing yet). */
export function smallModels (t: Test, models: readonly SmallModel[]): { readonly built: string, readonly pulled: string, put (id: string, content?: string): void } {
  const folder = t.testdir({ built: {}, pulled: {} })
  const built = join(folder, 'built')
  const pulled = join(folder, 'pulled')
  writeFileSync(join(built, 'manifest.json'), JSON.stringify({ version: 1, models: models.map(rowOf) }))
  for (const { id, set, content } of models) if (set === 'embedded') writeFileSync(join(built, `${id}.onnx`), content)
  return {
    built,
    pulled,
    put (id, content = models.find(model => model.id === id)?.content ?? '') {
      const path = join(pulled, `${id}.onnx`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
  }
}

/** Hex SHA-256 of text. */
export function sha256Of (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
