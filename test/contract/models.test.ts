// Models from their folders to the list and the log, in the whole application.
import t from 'tap'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config.js'
import type { Models } from '../../src/wire/models.js'
import { builtModels } from '../fixtures/built-models.js'
import { startServer } from './real-server.js'

builtModels()

t.test('the list of models, the log of the start, a damaged file, and models loaded ahead', async t => {
  // The server's own folder of this test is emptied when it starts.
  const folder = mkdtempSync(join(tmpdir(), 'compute-models-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(`${folder}/deimv2-femto.onnx`, 'cut off')
  const { app, baseUrl, credentials, log } = await startServer(t, { COMPUTE_MODELS_DIR: folder, COMPUTE_MODELS_PRELOAD: 'object-detection', COMPUTE_CONCURRENCY: '1' })

  const bare = await fetch(`${baseUrl}/compute/v1/models`)
  t.equal(bare.status, 401, 'a token is needed')
  t.match(await bare.json(), { content: {}, code: '-4011' })
  t.equal((await fetch(`${baseUrl}/compute/v1/models`, { method: 'POST' })).status, 405)

  const headers = { userName: credentials.login, token: credentials.accessToken }
  for (let waited = 0; waited < 600 && (await fetch(`${baseUrl}/readyz`)).status !== 200; waited++) await new Promise(resolve => setTimeout(resolve, 100))
  const { content, code, message } = await (await fetch(`${baseUrl}/compute/v1/models`, { headers })).json() as { content: Models, code: string, message: string }
  t.same([code, message], ['0', 'ok'])
  const models = new Map(content.models.map(model => [model.id, model]))
  t.match(models.get('mobilenetv3-centernet'), {
    tasks: ['object-detection'],
    set: 'embedded',
    installed: true,
    loaded: true,
    verified: true,
    licences: [{ name: 'MIT' }, { name: 'none stated', note: /no licence/ }],
    files: [{ file: 'mobilenetv3-centernet.onnx', installed: true, bytes: 8125006, sha256: /^5343a5f4/, sources: ['npm:@vladmandic/human@3.3.6'] }, {}]
  }, 'loaded ahead of the first request')
  t.match(models.get('deimv2-femto'), { installed: false, loaded: false, files: [{ installed: false, sha256: /^c6ad358f/, sources: [/^https:/, /^https:/] }] })
  t.match(models.get('deimv2-n'), { installed: false, verified: false, files: [{ gitBlob: /^facaa277/ }] })
  t.match(content.serving.find(({ task }) => task === 'saliency'), { model: 'gaze-readout' })
  t.match(content.serving.find(({ task }) => task === 'object-detection'), { model: 'mobilenetv3-centernet', better: 'deimv2-n' })

  t.match(log.find(({ model, level }) => model === 'deimv2-femto' && level === 50), { fault: /^deimv2-femto\.onnx is damaged: it has 7 bytes, expected 4116144$/ })
  t.match(log.find(({ task, level }) => task === 'object-detection' && level === 30), {
    model: 'mobilenetv3-centernet', msg: 'mobilenetv3-centernet serves object-detection; deimv2-n would serve it better: `compute-api models pull --set large` gets it'
  })
  const document = await (await fetch(`${baseUrl}/docs/json`)).json() as { paths: Record<string, Record<string, { operationId: string, responses: object }>> }
  t.match(document.paths['/compute/v1/models'], { get: { operationId: 'models' } })
  t.notOk(document.paths['/compute/v1/models']?.post)
  t.ok(app.http.hasRoute({ method: 'GET', url: '/compute/v1/models' }))
})

t.test('a set that is named and not here keeps the server from starting, before anything is made', async t => {
  const folder = t.testdir()
  mkdirSync(`${folder}/models`)
  const config = loadConfig({ COMPUTE_DATA_DIR: `${folder}/data`, COMPUTE_MODELS_DIR: `${folder}/models`, COMPUTE_MODELS: 'standard' })
  await t.rejects(buildApp(config, pino({ level: 'silent' }), () => t.fail('no account is made')), {
    message: /^COMPUTE_MODELS is standard, and of that set this is missing: mobilenetv2-12-qdq \(not there\), deimv2-femto \(not there\); `compute-api models pull --set standard` gets it, or COMPUTE_MODELS=auto starts with what is there$/
  })
})
