// Every environment variable the server reads: one table that gives the type, the default, the check and the words
// for README. Nothing else in the program looks at the environment.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAllowList } from './intake/address-policy.js'
import { MODEL_TASKS } from './runtime/model-tasks.js'
import {
  parseAllOf, parseAutoOr, parseBytes, parseChoice, parseCidrs, parseDuration, parseInteger, parseKey, parseLanguageCodes,
  parseList, parseNeverOr, parseOnOff, parseOrigins, parsePixels, parseRate, parseText
} from './setting-values.js'

/** One setting: where it is read, what it means, and how its text becomes a value. */
interface Setting<T> {
  /** Environment variables in order of precedence; the first one is the documented name. */
  readonly names: readonly [string, ...string[]]
  readonly default: string | undefined
  readonly about: string
  readonly secret?: true
  /** @throws Error whose message completes "NAME ...". */
  readonly parse: (text: string) => T
}

function setting<T> (
  names: string | readonly [string, ...string[]], fallback: string, parse: (text: string) => T, about: string
): Setting<T> {
  return { names: typeof names === 'string' ? [names] : names, default: fallback, parse, about }
}

function optional<T> (name: string, parse: (text: string) => T, about: string, secret?: true): Setting<T | undefined> {
  return { names: [name], default: undefined, parse, about, ...(secret ? { secret } : {}) }
}

const SETTINGS = {
  port: setting(['COMPUTE_PORT', 'PORT'], '8080', parseInteger(0, 65535), 'TCP port to listen on'),
  host: setting(['COMPUTE_HOST', 'HOST'], '0.0.0.0', parseText(1, 255), 'address to listen on'),
  dataDir: setting('COMPUTE_DATA_DIR', './data', text => resolve(text), 'folder of the account store; created with mode 0700'),
  modelsDir: optional('COMPUTE_MODELS_DIR', text => resolve(text), 'folder of pulled models; `models` in the data folder if not given'),
  models: setting('COMPUTE_MODELS', 'auto', parseChoice('auto', 'embedded', 'standard', 'large'), 'which models may serve: `auto` takes the best that is here for each task; `embedded` what needs no pull; `standard` and `large` want that set to be there, else the server does not start'),
  modelsPreload: setting('COMPUTE_MODELS_PRELOAD', 'none', parseAllOf(MODEL_TASKS), `models loaded at the start, for which /readyz waits: \`none\`, \`all\`, or a comma list of tasks (${MODEL_TASKS.join(', ')})`),
  modelsIdleMs: setting('COMPUTE_MODELS_IDLE', '10m', parseNeverOr(parseDuration(1_000, 30 * 86_400_000)), 'time without any work after which inference threads and their models are freed, or `never`'),
  adminLogin: optional('COMPUTE_ADMIN_LOGIN', parseText(1, 200), 'declares the first administrator instead of generating one'),
  adminPassword: optional('COMPUTE_ADMIN_PASSWORD', parseText(10, 200), 'password of the declared administrator, at least 10 characters', true),
  adminApiKey: optional('COMPUTE_ADMIN_API_KEY', parseKey, 'API key of the declared administrator, any form, at least 20 characters', true),
  tokenTtlMs: setting('COMPUTE_TOKEN_TTL', '14d', parseDuration(60_000, 3650 * 86_400_000), 'how long a token from getToken is valid'),
  maxImageBytes: setting('COMPUTE_MAX_IMAGE_BYTES', '20MB', parseBytes(1_000, 300_000_000), 'largest image, sent or fetched'),
  maxImagePixels: setting('COMPUTE_MAX_IMAGE_PIXELS', '50MP', parsePixels(1_000, 1_000_000_000), 'largest image in pixels (width × height)'),
  fetch: setting('COMPUTE_FETCH', 'on', parseOnOff, 'whether images are fetched from URLs at all'),
  fetchAllow: setting('COMPUTE_FETCH_ALLOW', '', text => { parseAllowList(parseList(text)); return parseList(text) }, 'comma list of CIDRs and host names that image URLs may reach besides public addresses'),
  fetchConnectTimeoutMs: setting('COMPUTE_FETCH_CONNECT_TIMEOUT', '5s', parseDuration(100, 600_000), 'longest wait for a connection to an image URL'),
  fetchHeadersTimeoutMs: setting('COMPUTE_FETCH_HEADERS_TIMEOUT', '10s', parseDuration(100, 600_000), 'longest wait for the response headers of an image URL'),
  fetchBodyTimeoutMs: setting('COMPUTE_FETCH_BODY_TIMEOUT', '10s', parseDuration(100, 600_000), 'longest silence while the body of an image URL arrives'),
  fetchTimeoutMs: setting('COMPUTE_FETCH_TIMEOUT', '30s', parseDuration(100, 600_000), 'longest time for an image URL as a whole, redirects included'),
  httpStatus: setting('COMPUTE_HTTP_STATUS', 'real', parseChoice('real', 'always-200'), '`always-200` answers HTTP 200 to every API request, errors too; `code` still tells'),
  trustProxy: setting('COMPUTE_TRUST_PROXY', '', parseCidrs, 'comma list of the proxies\' CIDRs whose X-Forwarded-For is believed; the limits per address depend on it'),
  console: setting('COMPUTE_CONSOLE', 'on', parseOnOff, 'whether the page at /console/ is served and people may sign in to it; the administration API stays'),
  docs: setting('COMPUTE_DOCS', 'public', parseChoice('public', 'token', 'off'), 'who may read /docs and /docs/json'),
  metrics: setting('COMPUTE_METRICS', 'public', parseChoice('public', 'token', 'off'), 'who may read /metrics'),
  corsOrigins: setting('COMPUTE_CORS_ORIGINS', '', parseOrigins, 'comma list of origins whose pages may call the API from a browser (`*` for any)'),
  logLevel: setting('COMPUTE_LOG_LEVEL', 'info', parseChoice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'least level that is logged'),
  concurrency: setting('COMPUTE_CONCURRENCY', 'auto', parseAutoOr(parseInteger(1, 1024)), 'requests computed at one time; `auto` is the CPUs the process may use (affinity and cgroup quota)'),
  queueLimit: setting('COMPUTE_QUEUE_LIMIT', '64', parseInteger(0, 100_000), 'requests for one function that may wait for a CPU; the next one is answered 503 with Retry-After'),
  queueWaitMs: setting('COMPUTE_QUEUE_WAIT', '20s', parseDuration(10, 3_600_000), 'a request that is expected to wait longer than this for a CPU is answered 503 with Retry-After at once; shorter keeps answers quick under overload, longer lets batches queue'),
  pictureMemoryBytes: setting('COMPUTE_PICTURE_MEMORY', 'auto', parseAutoOr(parseBytes(32_000_000, 1e12)), 'memory that large pictures may take at one time: they wait for it, and what never fits is answered 413; `auto` is what the container\'s limit or the machine leaves beside everything else'),
  rateLimit: setting('COMPUTE_RATE_LIMIT', 'off', parseRate, 'requests that one API key may make, such as `10/s`, `600/m` or `5000/h`; more are answered 429 with Retry-After'),
  ocrLanguages: setting('COMPUTE_OCR_LANGUAGES', 'eng,fra', parseLanguageCodes, 'comma list of the languages that textDetection reads with their accents, by Tesseract\'s codes; others than `eng` and `fra` need their package (`npm install @tesseract.js-data/deu`)'),
  ocrMaxLines: setting('COMPUTE_OCR_MAX_LINES', '1000', parseInteger(1, 100_000), 'lines of text in one picture at most; more is answered 413'),
  heatMapQuality: setting('COMPUTE_HEATMAP_QUALITY', 'default', parseChoice('default', 'fast'), '`fast` halves the computing of heatMap where a request does not say; maps are a little less exact'),
  requestTimeoutMs: setting('COMPUTE_REQUEST_TIMEOUT', '60s', parseDuration(100, 3_600_000), 'longest time for a request once its body is there; then 504'),
  matchDeadlineMs: setting('COMPUTE_MATCH_DEADLINE', '5s', parseDuration(10, 600_000), 'longest search for a match between two pictures; what is known by then decides'),
  stopDelayMs: setting('COMPUTE_STOP_DELAY', '0s', parseDuration(0, 600_000), 'time between /readyz turning 503 and the end of accepting connections, for load balancers')
} as const

type SettingKey = keyof typeof SETTINGS

/** The settings of one process: read once, frozen. Durations in milliseconds, sizes in bytes and pixels. */
export type Config = { readonly [K in SettingKey]: ReturnType<(typeof SETTINGS)[K]['parse']> } & { readonly modelsDir: string }

/** All that is wrong with the environment at once; `message` holds one line per fault. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor (faults: readonly string[]) {
    super(`The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map(fault => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/**
 * Reads the settings from environment variables. An empty variable counts as absent; a secret may stand in the file
 * that NAME_FILE names instead.
 * @throws ConfigError that lists every fault
 */
export function loadConfig (env: NodeJS.ProcessEnv): Config {
  const faults: string[] = []
  const values: Partial<Record<SettingKey, unknown>> = {}
  for (const [key, entry] of settingEntries()) {
    const found = readText(entry, env, faults)
    const text = found?.text ?? entry.default
    if (text === undefined) continue
    try {
      values[key] = entry.parse(text)
    } catch (error) {
      const shown = entry.secret ? '' : ` (it is ${JSON.stringify(text)})`
      faults.push(`${found?.name ?? entry.names[0]} ${error instanceof Error ? error.message : String(error)}${shown}`)
    }
  }
  if ((values.adminPassword !== undefined || values.adminApiKey !== undefined) && values.adminLogin === undefined) {
    faults.push('COMPUTE_ADMIN_PASSWORD and COMPUTE_ADMIN_API_KEY need COMPUTE_ADMIN_LOGIN beside them')
  }
  if (faults.length > 0) throw new ConfigError(faults)
  values.modelsDir ??= join(values.dataDir as string, 'models')
  return Object.freeze(values) as Config
}

/** The data folder alone, for commands that need no other setting to be right. */
export function dataDirOf (env: NodeJS.ProcessEnv): string {
  const { dataDir } = SETTINGS
  return dataDir.parse(readText(dataDir, env, [])?.text ?? dataDir.default ?? '')
}

/**
 * Where models are pulled to and which of them may serve, for commands that need no other setting to be right.
 * @throws ConfigError
 */
export function modelSettingsOf (env: NodeJS.ProcessEnv): Pick<Config, 'modelsDir' | 'models'> {
  const { modelsDir, models } = SETTINGS
  const chosen = readText(models, env, [])?.text ?? models.default ?? ''
  const folder = readText(modelsDir, env, [])?.text ?? join(dataDirOf(env), 'models')
  try {
    return { modelsDir: resolve(folder), models: models.parse(chosen) }
  } catch (error) {
    throw new ConfigError([`${models.names[0]} ${error instanceof Error ? error.message : String(error)} (it is ${JSON.stringify(chosen)})`])
  }
}

/** The settings as they may be logged: secrets are replaced by "(set)". */
export function redactConfig (config: Config): Readonly<Record<string, unknown>> {
  return Object.fromEntries(settingEntries()
    .filter(([key]) => config[key] !== undefined)
    .map(([key, entry]) => [key, entry.secret ? '(set)' : config[key]]))
}

/** One row of README's table of settings. */
export interface SettingRow {
  readonly name: string
  readonly default: string
  readonly about: string
}

/** The table of settings as README shows it, in the order of the schema. */
export function describeSettings (): readonly SettingRow[] {
  return settingEntries().map(([, entry]) => ({
    name: [...entry.names, ...(entry.secret ? [`${entry.names[0]}_FILE`] : [])].map(name => `\`${name}\``).join(', '),
    default: entry.default ? `\`${entry.default}\`` : '',
    about: entry.about
  }))
}

/**
 * Variables that begin with COMPUTE_ and that no setting reads: most likely a typing error. Those that Kubernetes
 * injects for a service called "compute" are left out.
 */
export function unknownVariables (env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set(settingEntries().flatMap(([, entry]) => [...entry.names, ...(entry.secret ? [`${entry.names[0]}_FILE`] : [])]))
  return Object.keys(env).filter(name => name.startsWith('COMPUTE_') && !known.has(name) && !/_SERVICE_|_PORT(_|$)/.test(name))
}

function settingEntries (): Array<[SettingKey, Setting<unknown>]> {
  return Object.entries(SETTINGS) as Array<[SettingKey, Setting<unknown>]>
}

function readText (entry: Setting<unknown>, env: NodeJS.ProcessEnv, faults: string[]): { name: string, text: string } | undefined {
  for (const name of entry.names) {
    const text = env[name]
    // Kubernetes sets COMPUTE_PORT=tcp://10.0.0.1:8080 in every pod beside a service called "compute".
    if (text !== undefined && text !== '' && !(name === 'COMPUTE_PORT' && text.startsWith('tcp://'))) {
      if (entry.secret && env[`${name}_FILE`]) faults.push(`${name} and ${name}_FILE are both set; keep one`)
      return { name, text }
    }
  }
  const fileName = entry.secret ? env[`${entry.names[0]}_FILE`] : undefined
  if (!fileName) return undefined
  try {
    return { name: `${entry.names[0]}_FILE`, text: readFileSync(fileName, 'utf8').replace(/\r?\n$/, '') }
  } catch (error) {
    faults.push(`${entry.names[0]}_FILE names a file that cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
    return undefined
  }
}
