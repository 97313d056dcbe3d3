// The folder of built models, and what is said where a package is missing or is another one.
import t from 'tap'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildModels, type BuiltFile } from '../../src/convert/build-models.js'
import { findPackageFrom } from '../../src/convert/package-files.js'
import { digestBytes, digestFault, digestFile } from '../../src/runtime/model-digest.js'
import { builtModels } from '../fixtures/built-models.js'
import { copyPackage, emptyFolder, manifest, rowOf, spoil, writeModels } from './package-models.js'

const small = ['blazeface', 'emotion']

interface Place { readonly folder: string, readonly package: string, readonly target: string, build (): BuiltFile[] }

function place (folder: string, rows: readonly object[] = small.map(rowOf)): Place {
  const sourceFolder = writeModels(folder, rows)
  const target = join(folder, 'dist/models')
  const packageFolder = copyPackage(folder, small)
  return { folder, package: packageFolder, target, build: () => buildModels({ sourceFolder, targetFolder: target, findPackage: findPackageFrom(folder) }) }
}

function states (files: readonly BuiltFile[]): Record<string, string> {
  return Object.fromEntries(files.map(file => [file.file, file.state]))
}

t.test('the first build makes every file and puts the manifest beside them, the second keeps them', async t => {
  const { build, target } = place(emptyFolder(t))
  t.same(states(build()), { 'blazeface.onnx': 'made', 'emotion.onnx': 'made' })
  t.same(readdirSync(target).sort(), ['blazeface.onnx', 'emotion.onnx', 'manifest.json'])
  const before = statSync(join(target, 'emotion.onnx')).mtimeMs
  t.same(states(build()), { 'blazeface.onnx': 'kept', 'emotion.onnx': 'kept' })
  t.equal(statSync(join(target, 'emotion.onnx')).mtimeMs, before)
})

t.test('a built file that is short or spoilt is made again', async t => {
  const { build, target } = place(emptyFolder(t))
  build()
  truncateSync(join(target, 'emotion.onnx'), 1000)
  spoil(join(target, 'blazeface.onnx'))
  t.same(states(build()), { 'blazeface.onnx': 'made', 'emotion.onnx': 'made' })
  t.same(states(build()), { 'blazeface.onnx': 'kept', 'emotion.onnx': 'kept' })
})

t.test('what is kept needs no package', async t => {
  const { build, package: packageFolder } = place(emptyFolder(t))
  build()
  rmSync(packageFolder, { recursive: true })
  t.same(states(build()), { 'blazeface.onnx': 'kept', 'emotion.onnx': 'kept' })
})

t.test('a changed file of the package: the model fails with both digests and what to do, the other is made', async t => {
  const { build, package: packageFolder, target } = place(emptyFolder(t))
  const path = join(packageFolder, 'models/emotion.bin')
  spoil(path)
  const files = build()
  t.same(states(files), { 'blazeface.onnx': 'made', 'emotion.onnx': 'failed' })
  const fault = files[1]?.fault ?? ''
  t.match(fault, 'models/emotion.bin of @vladmandic/human 3.3.6')
  t.match(fault, `its sha256 is ${digestBytes(readFileSync(path)).sha256}`)
  t.match(fault, /expected 927ac8224f356ab1/)
  t.match(fault, 'npm ci')
  t.notOk(readdirSync(target).includes('emotion.onnx'))
})

t.test('a graph that was changed, and one that has another length', async t => {
  const { build, package: packageFolder } = place(emptyFolder(t))
  spoil(join(packageFolder, 'models/blazeface.json'))
  writeFileSync(join(packageFolder, 'models/emotion.json'), '{}')
  const files = build()
  t.match(files[0]?.fault, /models\/blazeface\.json .*its sha256 is .*expected cd7bbfc078270572/)
  t.match(files[1]?.fault, /models\/emotion\.json .*it has 2 bytes, expected 17980/)
})

t.test('a missing file and a missing package are named, with what to do', async t => {
  const { build, package: packageFolder } = place(emptyFolder(t))
  rmSync(join(packageFolder, 'models/emotion.bin'))
  t.match(build()[1]?.fault, /^models\/emotion\.bin of @vladmandic\/human 3\.3\.6 cannot be read\. Run `npm ci` to get @vladmandic\/human 3\.3\.6\.$/)
  rmSync(join(packageFolder, 'package.json'))
  rmSync(join(packageFolder, '../../../dist'), { recursive: true })
  const files = build()
  t.same(states(files), { 'blazeface.onnx': 'failed', 'emotion.onnx': 'failed' })
  t.match(files[0]?.fault, /^The package @vladmandic\/human 3\.3\.6 is not installed\. Run `npm ci`/)
})

t.test('an older built file does not stay where its model cannot be made', async t => {
  const { build, package: packageFolder, target } = place(emptyFolder(t))
  build()
  spoil(join(target, 'emotion.onnx'))
  spoil(join(packageFolder, 'models/emotion.bin'))
  t.same(states(build()), { 'blazeface.onnx': 'kept', 'emotion.onnx': 'failed' })
  t.same(readdirSync(target).sort(), ['blazeface.onnx', 'manifest.json'])
})

t.test('a converter that makes something else is caught, and says what it made', async t => {
  const row = rowOf('emotion')
  const { build } = place(emptyFolder(t), [{ ...row, files: [{ ...row.files[0], sha256: 'a'.repeat(64) }] }])
  t.match(build()[0]?.fault, new RegExp(`its sha256 is ${row.files[0]?.sha256}, expected a{64}\\. .*"bytes": ${row.files[0]?.bytes}, "sha256": "${row.files[0]?.sha256}"`))
})

t.test('what was trained here and what a package carries as it is are copied; what is pulled is left alone', async t => {
  const facts = { tasks: ['classification'], about: 'x', licences: [{ name: 'MIT', covers: 'all', source: 'https://example.org' }], inputs: [], outputs: [], verified: true }
  const { bytes, sha256 } = digestBytes(Buffer.from('weights'))
  const row = rowOf('emotion')
  const graph = row.kind === 'converted' ? row.source.graph : undefined
  const here = { ...facts, id: 'here', set: 'embedded', kind: 'committed', files: [{ name: 'whole', file: 'here/weights.onnx', outputs: [], bytes, sha256 }] }
  const gone = { ...here, id: 'gone', files: [{ name: 'whole', file: 'gone/weights.onnx', outputs: [], bytes, sha256 }] }
  const copied = { ...facts, id: 'copied', set: 'embedded', kind: 'copied', package: { name: '@vladmandic/human', version: '3.3.6' }, files: [{ name: 'words', file: 'copied/words.json', outputs: [], ...graph }] }
  const { build, folder, target } = place(emptyFolder(t), [here, gone, copied, rowOf('yolox-nano')])
  mkdirSync(join(folder, 'models/here'))
  writeFileSync(join(folder, 'models/here/weights.onnx'), 'weights')
  const files = build()
  t.same(states(files), { 'here/weights.onnx': 'made', 'gone/weights.onnx': 'failed', 'copied/words.json': 'made' })
  t.match(files[1]?.fault, 'models/gone/weights.onnx is missing')
  t.equal(digestBytes(readFileSync(join(target, 'copied/words.json'))).sha256, graph?.sha256)
})

t.test('the project\'s own folder of built models holds the whole embedded set', async t => {
  const folder = builtModels()
  for (const model of manifest.models) {
    if (model.kind === 'pulled') continue
    for (const { file, bytes, sha256 } of model.files) t.equal(digestFault(await digestFile(join(folder, file)), { bytes, sha256 }), undefined, file)
  }
})

t.test('a fault of the disk is no fault of a model', async t => {
  const { build, folder } = place(emptyFolder(t))
  writeFileSync(join(folder, 'dist'), 'a file where the folder should be')
  t.throws(build, { code: 'ENOTDIR' })
})
