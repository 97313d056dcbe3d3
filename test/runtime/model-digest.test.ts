import t from 'tap'
import { writeFileSync } from 'node:fs'
import { digestBytes, digestFault, digestFile } from '../../src/runtime/model-digest.js'

// `printf 'hello\n' | sha256sum` and `printf 'hello\n' | git hash-object --stdin`.
const HELLO = {
  bytes: 6,
  sha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
  gitBlob: 'ce013625030ba8dba906f756967f9e9ca394464a'
}

t.test('a file has its length, its SHA-256 and the id that git gives it', async t => {
  const path = `${t.testdir()}/hello`
  writeFileSync(path, 'hello\n')
  t.same(await digestFile(path), HELLO)
  t.same(digestBytes(Buffer.from('hello\n')), HELLO)
})

t.test('an empty file and one of many pieces', async t => {
  const path = `${t.testdir()}/file`
  writeFileSync(path, '')
  t.match(await digestFile(path), { bytes: 0, gitBlob: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' })
  const large = Buffer.alloc(1_000_003, 7)
  writeFileSync(path, large)
  t.same(await digestFile(path), digestBytes(large))
})

t.test('a file that is not there', async t => {
  await t.rejects(digestFile(`${t.testdir()}/none`), { code: 'ENOENT' })
})

t.test('the first difference is told with both values; what is not expected is not compared', async t => {
  t.equal(digestFault(HELLO, HELLO), undefined)
  t.equal(digestFault(HELLO, { gitBlob: HELLO.gitBlob }), undefined)
  t.equal(digestFault(HELLO, { bytes: 7, sha256: 'x' }), 'it has 6 bytes, expected 7')
  t.equal(digestFault(HELLO, { sha256: 'x' }), `its sha256 is ${HELLO.sha256}, expected x`)
  t.equal(digestFault(HELLO, { gitBlob: 'x' }), `its git blob id is ${HELLO.gitBlob}, expected x`)
})
