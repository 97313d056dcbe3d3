import t from 'tap'
import { createKeptBuffers } from '../../src/imaging/kept-buffers.js'

t.test('a buffer that was given back serves the next that fits in it', async t => {
  const buffers = createKeptBuffers(2, 1000)
  const first = buffers.borrow(600)
  const second = buffers.borrow(600)
  t.not(first.buffer, second.buffer, 'two borrowers never share one')
  buffers.giveBack(first)
  const smaller = buffers.borrow(100)
  t.equal(smaller.length, 100)
  t.equal(smaller.buffer, first.buffer)
  buffers.giveBack(smaller)
  t.not(buffers.borrow(700).buffer, first.buffer, 'one that is too small does not')
})

t.test('no more are kept than was said, the largest, and none that is too large', async t => {
  const buffers = createKeptBuffers(2, 1000)
  const borrowed = [300, 100, 200, 1001].map(bytes => buffers.borrow(bytes))
  for (const buffer of borrowed) buffers.giveBack(buffer)
  t.not(buffers.borrow(1001).buffer, borrowed[3]?.buffer)
  const again = [buffers.borrow(1), buffers.borrow(1), buffers.borrow(1)].map(({ buffer }) => buffer)
  t.same(again.filter(buffer => borrowed.some(other => other.buffer === buffer)).map(({ byteLength }) => byteLength).sort(), [200, 300])
})

t.test('a buffer that is given back twice is lent once', async t => {
  const buffers = createKeptBuffers(2, 1000)
  const buffer = buffers.borrow(10)
  buffers.giveBack(buffer)
  buffers.giveBack(buffer)
  t.not(buffers.borrow(10).buffer, buffers.borrow(10).buffer)
})
