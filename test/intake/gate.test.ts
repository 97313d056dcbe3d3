import t from 'tap'
import { createGate } from '../../src/intake/gate.js'

const never = new AbortController().signal

t.test('as many enter as there are places, the others in order of arrival', async t => {
  const gate = createGate(2)
  const order: string[] = []
  const enter = async (name: string): Promise<() => void> => {
    const leave = await gate.enter(never)
    order.push(name)
    return leave
  }
  const [leaveA, leaveB] = await Promise.all([enter('a'), enter('b')])
  const c = enter('c')
  const d = enter('d')
  await Promise.resolve()
  t.same(order, ['a', 'b'])
  leaveB?.()
  leaveB?.()
  await c
  t.same(order, ['a', 'b', 'c'], 'leaving twice frees one place')
  leaveA?.()
  await d
  t.same(order, ['a', 'b', 'c', 'd'])
})

t.test('who stops waiting loses no place for the others', async t => {
  const gate = createGate(1)
  const leave = await gate.enter(never)
  const reason = new Error('gone')
  const controller = new AbortController()
  const waiting = gate.enter(controller.signal)
  const next = gate.enter(never)
  controller.abort(reason)
  await t.rejects(waiting, reason)
  leave()
  t.type(await next, 'function')
  await t.rejects(gate.enter(AbortSignal.abort(reason)), reason)
})
