import t from 'tap'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError, loadConfig, modelSettingsOf, redactConfig, unknownVariables } from '../src/config.js'

function faultsOf (env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

t.test('an empty environment gives the documented defaults', async t => {
  t.match(loadConfig({}), {
    port: 8080,
    host: '0.0.0.0',
    dataDir: resolve('data'),
    tokenTtlMs: 14 * 86_400_000,
    maxImageBytes: 20_000_000,
    maxImagePixels: 50_000_000,
    fetch: true,
    fetchAllow: [],
    httpStatus: 'real',
    trustProxy: [],
    docs: 'public',
    metrics: 'public',
    concurrency: 'auto',
    modelsDir: resolve('data/models'),
    models: 'auto',
    modelsPreload: [],
    modelsIdleMs: 600_000
  })
  t.equal(loadConfig({}).adminPassword, undefined)
  t.ok(Object.isFrozen(loadConfig({})))
})

t.test('texts become values', async t => {
  const config = loadConfig({
    PORT: '9000',
    COMPUTE_HOST: '127.0.0.1',
    COMPUTE_TOKEN_TTL: '12h',
    COMPUTE_MAX_IMAGE_BYTES: '512KiB',
    COMPUTE_MAX_IMAGE_PIXELS: '12.5MP',
    COMPUTE_FETCH: 'OFF',
    COMPUTE_FETCH_ALLOW: '10.0.0.0/8, images.internal',
    COMPUTE_HTTP_STATUS: 'always-200',
    COMPUTE_TRUST_PROXY: '10.0.0.0/8,::1',
    COMPUTE_CONCURRENCY: '3',
    COMPUTE_DATA_DIR: '/srv/compute',
    COMPUTE_MODELS: 'Standard',
    COMPUTE_MODELS_PRELOAD: 'object-detection, saliency',
    COMPUTE_MODELS_IDLE: 'never',
    COMPUTE_CORS_ORIGINS: 'https://app.example.com',
    COMPUTE_RATE_LIMIT: '600/m',
    COMPUTE_QUEUE_WAIT: '1s',
    COMPUTE_LOG_LEVEL: ''
  })
  t.match(config, {
    port: 9000,
    rateLimit: { requests: 600, windowMs: 60_000 },
    queueWaitMs: 1000,
    host: '127.0.0.1',
    tokenTtlMs: 43_200_000,
    maxImageBytes: 524_288,
    maxImagePixels: 12_500_000,
    fetch: false,
    fetchAllow: ['10.0.0.0/8', 'images.internal'],
    httpStatus: 'always-200',
    trustProxy: ['10.0.0.0/8', '::1'],
    concurrency: 3,
    modelsDir: '/srv/compute/models',
    models: 'standard',
    modelsPreload: ['object-detection', 'saliency'],
    modelsIdleMs: 'never',
    corsOrigins: ['https://app.example.com'],
    logLevel: 'info'
  })
})

t.test('a proxy is an address or a CIDR as it is written, not a number that could be read as one', async t => {
  for (const text of ['1', '10', '0x7f.1', '10.0.0.0/0', '::/0', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', '/8']) {
    t.match(faultsOf({ COMPUTE_TRUST_PROXY: text }), [/^COMPUTE_TRUST_PROXY /], text)
  }
  t.same(loadConfig({ COMPUTE_TRUST_PROXY: '10.0.0.0/8, ::1, fd00::/8' }).trustProxy, ['10.0.0.0/8', '::1', 'fd00::/8'])
})

t.test('the variable with the program\'s name goes before the general one', async t => {
  t.equal(loadConfig({ PORT: '9000', COMPUTE_PORT: '9001' }).port, 9001)
  t.equal(loadConfig({ PORT: '9000', COMPUTE_PORT: 'tcp://10.0.0.1:8080' }).port, 9000, 'what Kubernetes injects for a service called compute is no setting')
})

t.test('all faults are reported at once, each with its name, what it must be and what it is', async t => {
  const faults = faultsOf({
    PORT: '99999',
    COMPUTE_TOKEN_TTL: 'soon',
    COMPUTE_MAX_IMAGE_BYTES: '20TB',
    COMPUTE_MAX_IMAGE_PIXELS: '1',
    COMPUTE_FETCH: 'maybe',
    COMPUTE_FETCH_ALLOW: '300.1.1.1/8',
    COMPUTE_HTTP_STATUS: '200',
    COMPUTE_TRUST_PROXY: 'proxy',
    COMPUTE_CORS_ORIGINS: 'example.com',
    COMPUTE_ADMIN_PASSWORD: 'short',
    COMPUTE_CONCURRENCY: '0'
  })
  const expected = [
    /^PORT must be a whole number from 0 to 65535 \(it is "99999"\)$/,
    /^COMPUTE_ADMIN_PASSWORD must have 10 to 200 characters; it has 5$/,
    /^COMPUTE_TOKEN_TTL must be a duration such as .* \(it is "soon"\)$/,
    /^COMPUTE_MAX_IMAGE_BYTES must be a size/,
    /^COMPUTE_MAX_IMAGE_PIXELS must lie between 1000px and 1000MP \(it is "1"\)$/,
    /^COMPUTE_FETCH must be on or off/,
    /^COMPUTE_FETCH_ALLOW .*300\.1\.1\.1\/8/,
    /^COMPUTE_HTTP_STATUS must be one of real, always-200/,
    /^COMPUTE_TRUST_PROXY .*"proxy" is neither/,
    /^COMPUTE_CORS_ORIGINS .*"example.com" is none/,
    /^COMPUTE_CONCURRENCY must be a whole number from 1 to 1024/
  ]
  t.equal(faults.length, expected.length)
  for (const pattern of expected) t.ok(faults.some(fault => pattern.test(fault)), String(pattern))
})

t.test('the settings of models are read without the others', async t => {
  t.same(modelSettingsOf({ COMPUTE_DATA_DIR: '/srv/compute', COMPUTE_PORT: 'nonsense' }), { modelsDir: '/srv/compute/models', models: 'auto' })
  t.same(modelSettingsOf({ COMPUTE_MODELS_DIR: '/models', COMPUTE_MODELS: 'large' }), { modelsDir: '/models', models: 'large' })
  t.throws(() => modelSettingsOf({ COMPUTE_MODELS: 'huge' }), { name: 'ConfigError', message: /COMPUTE_MODELS must be one of auto, embedded, standard, large \(it is "huge"\)/ })
  t.throws(() => loadConfig({ COMPUTE_MODELS_PRELOAD: 'objects' }), { message: /COMPUTE_MODELS_PRELOAD must be none, all, or a comma list of object-detection, .*; "objects" is none of them/ })
  t.ok(loadConfig({ COMPUTE_MODELS_PRELOAD: 'all' }).modelsPreload.includes('text-detection'))
})

t.test('a secret may stand in a file, and is never shown', async t => {
  const dir = t.testdir()
  writeFileSync(`${dir}/password`, 'correct horse battery\n')
  const config = loadConfig({ COMPUTE_ADMIN_LOGIN: 'root', COMPUTE_ADMIN_PASSWORD_FILE: `${dir}/password` })
  t.equal(config.adminPassword, 'correct horse battery')
  t.same(redactConfig(config).adminPassword, '(set)')
  t.notMatch(JSON.stringify(redactConfig(config)), /correct horse/)

  t.match(faultsOf({ COMPUTE_ADMIN_LOGIN: 'root', COMPUTE_ADMIN_PASSWORD_FILE: `${dir}/absent` }), [/names a file that cannot be read: ENOENT/])
  t.match(faultsOf({ COMPUTE_ADMIN_LOGIN: 'root', COMPUTE_ADMIN_PASSWORD: 'correct horse', COMPUTE_ADMIN_PASSWORD_FILE: `${dir}/password` }), [/both set/])
  t.notMatch(faultsOf({ COMPUTE_ADMIN_LOGIN: 'root', COMPUTE_ADMIN_API_KEY: 'my little secret' }).join(), /little/)
})

t.test('a declared password or key needs a login', async t => {
  t.match(faultsOf({ COMPUTE_ADMIN_PASSWORD: 'correct horse battery' }), [/need COMPUTE_ADMIN_LOGIN/])
})

t.test('a mistyped variable is noticed, those of Kubernetes are not', async t => {
  t.same(unknownVariables({ COMPUTE_MAX_IMAGE_BYTE: '1', COMPUTE_SERVICE_HOST: 'x', COMPUTE_PORT_8080_TCP: 'x', COMPUTE_ADMIN_API_KEY_FILE: 'x', PATH: '' }), ['COMPUTE_MAX_IMAGE_BYTE'])
})
