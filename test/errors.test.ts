import t from 'tap'
import { Failure } from '../src/errors.js'

t.test('a failure keeps what happened apart from what a client may read', async t => {
  const cause = new Error('ENOENT /secret/path')
  const failure = new Failure('busy', 'try again', { cause, retryAfterS: 2 })
  t.equal(failure.message, 'try again')
  t.equal(failure.cause, cause)
  t.equal(failure.retryAfterS, 2)
  t.equal(failure.kind, 'busy')
})
