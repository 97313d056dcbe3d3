// The composition root: the only place where the parts are made and wired together.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { type Accounts, createAccounts } from './accounts/accounts.js'
import { ensureFirstAccount, type FirstCredentials } from './accounts/first-start.js'
import { openSqliteStore } from './accounts/sqlite-account-store.js'
import { type Config, ConfigError } from './config.js'
import { createAuthenticate } from './http/authenticate.js'
import { buildServer } from './http/build-server.js'
import type { Readiness } from './http/health.js'
import { createMetrics } from './http/metrics.js'
import { colorPaletteEndpoint } from './http/routes/color-palette.js'
import { getTokenEndpoint } from './http/routes/get-token.js'
import { objectsDetectionEndpoint } from './http/routes/objects-detection.js'
import { textDetectionEndpoint } from './http/routes/text-detection.js'
import { configureSharp, createImageDecoder } from './intake/decode-image.js'
import { createImageFetcher } from './intake/fetch-image.js'
import { createCpuBudget } from './runtime/cpu-budget.js'
import { createInferencePool } from './runtime/inference-pool.js'
import { createLanguageIdentifier } from './runtime/language-identifier.js'
import { BUILT_MODELS_FOLDER } from './runtime/model-manifest.js'
import { openModelStore } from './runtime/model-store.js'
import { findOcrLanguages, packageOf } from './runtime/ocr-languages.js'
import { createTesseract } from './runtime/tesseract.js'
import { usableCpus } from './runtime/usable-cpus.js'
import { createFindPalette } from './services/color-palette.js'
import { createDetectObjects } from './services/detect-objects.js'
import { createDetectText } from './services/detect-text.js'
import { createIssueToken } from './services/issue-token.js'
import { VERSION } from './version.js'

/** A server with everything behind it. */
export interface App {
  readonly http: FastifyInstance
  readonly accounts: Accounts
  /** Turns /readyz to 503, so that no new requests are sent here. */
  announceStop(): void
  /** Answers what is in flight, then frees everything. */
  close(): Promise<void>
}

const MAX_CONCURRENT_FETCHES = 64
const MAX_REDIRECTS = 3
const MODEL_IDLE_MS = 600_000
const PURGE_INTERVAL_MS = 3_600_000

/**
 * Builds the application; it does not listen yet.
 * @param announce shows the operator the credentials made on a first start; called at most once, never again after
 * @throws StoreError where the data folder cannot be used; ConfigError where data of a language that is asked for is missing
 */
export async function buildApp (config: Config, logger: FastifyBaseLogger, announce: (credentials: FirstCredentials) => void): Promise<App> {
  configureSharp()
  const budget = createCpuBudget({
    slots: config.concurrency === 'auto' ? usableCpus() : config.concurrency,
    maxQueue: config.queueLimit
  })
  const tokenTtlS = Math.round(config.tokenTtlMs / 1000)
  const store = await openSqliteStore(config.dataDir)
  const accounts = createAccounts({
    store,
    tokenTtlS,
    gate: work => budget.run(work),
    reportFault: fault => logger.error({ err: fault }, 'the account store has a fault')
  })
  await ensureFirstAccount({
    store, tokenTtlS, announce, declared: { login: config.adminLogin, password: config.adminPassword, apiKey: config.adminApiKey }
  })
  const fetcher = createImageFetcher({
    enabled: config.fetch,
    allow: config.fetchAllow,
    connectTimeoutMs: config.fetchConnectTimeoutMs,
    headersTimeoutMs: config.fetchHeadersTimeoutMs,
    bodyTimeoutMs: config.fetchBodyTimeoutMs,
    totalTimeoutMs: config.fetchTimeoutMs,
    maxBytes: config.maxImageBytes,
    maxRedirects: MAX_REDIRECTS,
    maxConcurrent: MAX_CONCURRENT_FETCHES,
    version: VERSION
  })
  const decoder = createImageDecoder({
    maxPixels: config.maxImagePixels,
    timeoutMs: config.requestTimeoutMs,
    maxConcurrent: budget.slots
  })
  const models = await openModelStore(BUILT_MODELS_FOLDER)
  for (const { id, fault } of models.missing) logger.error({ model: id, fault }, 'this model is not there; what needs it answers 503')
  const pool = createInferencePool({ threads: budget.slots, idleTimeoutMs: MODEL_IDLE_MS, runTimeoutMs: config.requestTimeoutMs })
  const languages = findOcrLanguages(config.ocrLanguages, models)
  if (languages.missing.length > 0) {
    throw new ConfigError(languages.missing.map(code => `COMPUTE_OCR_LANGUAGES names ${code}, whose data is not installed: \`npm install ${packageOf(code)}\` brings it`))
  }
  const tesseract = languages.found.length === 0
    ? undefined
    : createTesseract({ threads: budget.slots, languages: languages.found, idleTimeoutMs: MODEL_IDLE_MS, runTimeoutMs: config.requestTimeoutMs })
  let stopping = false

  const http = await buildServer({
    config,
    version: VERSION,
    logger,
    metrics: createMetrics(budget),
    readiness: (): Readiness => stopping ? { ready: false, reason: 'stopping' } : { ready: true },
    authenticate: createAuthenticate(accounts),
    budget,
    images: { fetcher, maxImageBytes: config.maxImageBytes },
    requestTimeoutMs: config.requestTimeoutMs,
    endpoints: [
      getTokenEndpoint(createIssueToken(accounts)),
      colorPaletteEndpoint(createFindPalette(decoder)),
      objectsDetectionEndpoint(createDetectObjects({ decoder, pool, models })),
      textDetectionEndpoint(createDetectText({ decoder, pool, models, budget, tesseract, identify: createLanguageIdentifier(), maxLines: config.ocrMaxLines }))
    ]
  })
  const purge = setInterval(() => {
    accounts.purgeExpiredTokens().catch(error => logger.error({ err: error }, 'expired tokens could not be removed'))
  }, PURGE_INTERVAL_MS).unref()

  return {
    http,
    accounts,
    announceStop () { stopping = true },
    async close () {
      stopping = true
      clearInterval(purge)
      await http.close()
      await Promise.all([fetcher.close(), decoder.close(), pool.close(), tesseract?.close()])
      await store.close()
    }
  }
}
