import t from 'tap'
import { startPreload } from '../../src/runtime/preload.js'

t.test('nothing to load is loaded at once', async t => {
  t.equal(startPreload({ tasks: [], loaders: new Map(), reportFault: () => {} }).state, 'loaded')
  t.equal(startPreload({ tasks: ['saliency'], loaders: new Map(), reportFault: () => {} }).state, 'loaded', 'nor is there what this server does not load')
})

t.test('it is loaded when all tasks are', async t => {
  let release = (): void => {}
  const order: string[] = []
  const preload = startPreload({
    tasks: ['object-detection', 'classification'],
    loaders: new Map([
      ['object-detection', async () => { order.push('objects'); await new Promise<void>(resolve => { release = resolve }) }],
      ['classification', async () => { order.push('labels') }]
    ]),
    reportFault: () => t.fail('no fault')
  })
  t.match(preload, { state: 'loading', reason: 'loading models' })
  t.same(order, ['objects'])
  release()
  await preload.done
  t.equal(preload.state, 'loaded')
  t.same(order, ['objects', 'labels'])
})

t.test('one that cannot be loaded keeps the server from being ready; the others are loaded all the same', async t => {
  const faults: unknown[] = []
  const preload = startPreload({
    tasks: ['object-detection', 'classification'],
    loaders: new Map([['object-detection', async () => { throw new Error('damaged') }], ['classification', async () => {}]]),
    reportFault: (task, error) => faults.push([task, error])
  })
  await preload.done
  t.match(preload, { state: 'failed', reason: 'no model could be loaded for object-detection; the log tells why' })
  t.match(faults, [['object-detection', { message: 'damaged' }]])
})
