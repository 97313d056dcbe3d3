// The composition root: the only place where the parts are made and wired together.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { type Accounts, createAccounts } from './accounts/accounts.js'
import { ensureFirstAccount, type FirstCredentials } from './accounts/first-start.js'
import { openSqliteStore } from './accounts/sqlite-account-store.js'
import type { StoreError } from './accounts/store-error.js'
import { createUsageCounter } from './accounts/usage-counter.js'
import { type Config, ConfigError } from './config.js'
import { createImageDiffer } from './engines/image-differ.js'
import { createPictureDistance } from './engines/picture-distance.js'
import type { Failure } from './errors.js'
import { createAuthenticate } from './http/authenticate.js'
import { buildServer } from './http/build-server.js'
import { CONSOLE_FOLDER } from './http/console-page.js'
import { createUsageObserver } from './http/count-usage.js'
import type { Endpoint } from './http/endpoint.js'
import type { Readiness } from './http/health.js'
import { createMetrics } from './http/metrics.js'
import { keyEndpoints } from './http/routes/admin-keys.js'
import { usageEndpoint } from './http/routes/admin-usage.js'
import { userEndpoints } from './http/routes/admin-users.js'
import { classificationEndpoint } from './http/routes/classification.js'
import { colorPaletteEndpoint } from './http/routes/color-palette.js'
import { consolePreviewEndpoint } from './http/routes/console-preview.js'
import { consoleSessionEndpoints } from './http/routes/console-session.js'
import { consoleStatusEndpoint } from './http/routes/console-status.js'
import { getTokenEndpoint } from './http/routes/get-token.js'
import { heatMapEndpoint } from './http/routes/heat-map.js'
import { imagesDifferencesEndpoint } from './http/routes/images-differences.js'
import { imagesDistanceEndpoint } from './http/routes/images-distance.js'
import { modelsEndpoint } from './http/routes/models.js'
import { objectsDetectionEndpoint } from './http/routes/objects-detection.js'
import { textDetectionEndpoint } from './http/routes/text-detection.js'
import { configureSharp, createImageDecoder } from './intake/decode-image.js'
import { createImageFetcher } from './intake/fetch-image.js'
import { createLabelGraph } from './labels/label-graph.js'
import { createMatcher } from './matching/matcher.js'
import { createCpuBudget } from './runtime/cpu-budget.js'
import { createInferencePool } from './runtime/inference-pool.js'
import { readLabelEntities } from './runtime/label-table.js'
import { createLanguageIdentifier } from './runtime/language-identifier.js'
import { type FaultyModel, createModelChoice } from './runtime/model-choice.js'
import { BUILT_MODELS_FOLDER } from './runtime/model-manifest.js'
import type { ModelTask } from './runtime/model-facts.js'
import { createMemoryBudget, isMemoryScarce, memoryForPictures, memoryLimit } from './runtime/memory-budget.js'
import { type ModelStore, lackOfSet, openModelStore, remedyFor, reportTasks } from './runtime/model-store.js'
import { type OcrLanguages, findOcrLanguages, packageOf } from './runtime/ocr-languages.js'
import { createOpencvPool } from './runtime/opencv-pool.js'
import { startPreload } from './runtime/preload.js'
import { createTesseract } from './runtime/tesseract.js'
import { usableCpus } from './runtime/usable-cpus.js'
import { createClassifyImage } from './services/classify-image.js'
import { createFindPalette } from './services/color-palette.js'
import { createCompareImages } from './services/compare-images.js'
import { createCompareDistance } from './services/compare-distance.js'
import { createConsoleSessions } from './services/console-session.js'
import { createDescribeServer } from './services/describe-server.js'
import { createDetectObjects, openDetector } from './services/detect-objects.js'
import { createDetectText } from './services/detect-text.js'
import { createDrawHeatMap, openEstimator, servingEstimator, trunkNets } from './services/heat-map.js'
import { createIssueToken } from './services/issue-token.js'
import { type LoadableChoice, openLabelSources } from './services/label-sources/open-label-sources.js'
import { createListModels } from './services/list-models.js'
import { createManageKeys } from './services/manage-keys.js'
import { createManageUsers } from './services/manage-users.js'
import { createPreviewPicture } from './services/preview-picture.js'
import { createReportUsage } from './services/report-usage.js'
import { textNets } from './services/text-nets.js'
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
// A thread of it holds arrays for the largest pair it has seen.
const COMPARE_IDLE_MS = 60_000
const PURGE_INTERVAL_MS = 3_600_000
// What a process that is killed loses at most.
const USAGE_INTERVAL_MS = 10_000

/**
 * Builds the application; it does not listen yet.
 * @param announce shows the operator the credentials made on a first start; called at most once, never again after
 * @throws StoreError where the data folder cannot be used; Error where the settings name a set of models or a language that is not here
 */
export async function buildApp (config: Config, logger: FastifyBaseLogger, announce: (credentials: FirstCredentials) => void): Promise<App> {
  configureSharp()
  const models = await openModels(config, logger)
  const budget = createCpuBudget({
    slots: config.concurrency === 'auto' ? usableCpus() : config.concurrency,
    maxQueue: config.queueLimit,
    maxWaitMs: config.queueWaitMs
  })
  const memory = createMemoryBudget(config.pictureMemoryBytes === 'auto' ? memoryForPictures(memoryLimit(), budget.slots) : config.pictureMemoryBytes)
  const languages = openLanguages(config, models)
  const tokenTtlS = Math.round(config.tokenTtlMs / 1000)
  const store = await openSqliteStore(config.dataDir)
  const accounts = createAccounts({
    store,
    tokenTtlS,
    gate: work => budget.run('getToken', work),
    reportFault: reportStoreFault
  })
  const usage = createUsageCounter({ store, now: Date.now, reportFault: reportStoreFault })
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
  const pool = createInferencePool({
    threads: budget.slots,
    idleTimeoutMs: config.modelsIdleMs === 'never' ? Infinity : config.modelsIdleMs,
    runTimeoutMs: config.requestTimeoutMs,
    sparesMemory: isMemoryScarce(memoryLimit(), budget.slots)
  })
  const objects = createModelChoice({ store: models, task: 'object-detection', open: model => openDetector(pool, model), reportFault })
  const graph = createLabelGraph(readLabelEntities())
  const labels = openLabelSources({ pool, models, graph, reportFault })
  const classifyImage = createClassifyImage({
    decoder,
    graph,
    sources: labels.sources,
    reportMissing: (source, failure) => logger.error({ source, fault: failure.cause ?? failure.message }, 'this source of labels cannot be used; the others serve')
  })
  const saliency = createModelChoice({ store: models, task: 'saliency', open: model => openEstimator(pool, models, model), reportFault })
  const choices = new Map<ModelTask, LoadableChoice>([
    ['object-detection', objects],
    ...labels.choices,
    ['saliency', {
      warm: load => saliency.warm(nets => load([...trunkNets(models), ...nets])),
      serving: () => servingEstimator(models, saliency)
    }]
  ])
  const tesseract = languages.length === 0
    ? undefined
    : createTesseract({
      threads: budget.slots,
      languages,
      idleTimeoutMs: config.modelsIdleMs === 'never' ? Infinity : config.modelsIdleMs,
      runTimeoutMs: config.requestTimeoutMs
    })
  const preload = startPreload({
    tasks: config.modelsPreload,
    loaders: new Map<ModelTask, () => Promise<void>>([
      ...[...choices].map(([task, choice]) => [task, async () => { await choice.warm(async nets => { await pool.warm(nets) }) }] as const),
      ['text-detection', async () => { await pool.warm(textNets(models)) }],
      ['text-recognition', async () => { await tesseract?.warm() }]
    ]),
    reportFault: (task, error) => logger.error({ err: error, task }, 'no model could be loaded for this task; the server does not get ready')
  })
  const opencv = createOpencvPool({
    threads: budget.slots,
    idleTimeoutMs: config.modelsIdleMs === 'never' ? Infinity : config.modelsIdleMs,
    runTimeoutMs: config.requestTimeoutMs
  })
  const matcher = createMatcher(opencv, config.matchDeadlineMs)
  const pictureDistance = createPictureDistance(matcher)
  const differ = createImageDiffer({ threads: budget.slots, idleTimeoutMs: COMPARE_IDLE_MS, matcher })
  let stopping = false

  const http = await buildServer({
    config,
    version: VERSION,
    logger,
    metrics: createMetrics(budget, memory),
    readiness: (): Readiness => {
      if (stopping) return { ready: false, reason: 'stopping' }
      return preload.state === 'loaded' ? { ready: true } : { ready: false, reason: preload.reason }
    },
    authenticate: createAuthenticate(accounts, config.console),
    observers: [createUsageObserver(usage)],
    consoleFolder: config.console ? CONSOLE_FOLDER : undefined,
    budget,
    memory,
    images: { fetcher, maxImageBytes: config.maxImageBytes },
    requestTimeoutMs: config.requestTimeoutMs,
    endpoints: [
      getTokenEndpoint(createIssueToken(accounts)),
      colorPaletteEndpoint(createFindPalette(decoder)),
      classificationEndpoint(classifyImage),
      heatMapEndpoint(createDrawHeatMap({ decoder, models: saliency, quality: config.heatMapQuality, reportStandIn })),
      objectsDetectionEndpoint(createDetectObjects({ decoder, models: objects })),
      imagesDifferencesEndpoint(createCompareImages({ decoder, differ })),
      imagesDistanceEndpoint(createCompareDistance(decoder, pictureDistance)),
      textDetectionEndpoint(createDetectText({ decoder, pool, models, budget, tesseract, identify: createLanguageIdentifier(), maxLines: config.ocrMaxLines })),
      modelsEndpoint(createListModels({ store: models, loaded: () => pool.loaded, choices })),
      ...keyEndpoints(createManageKeys(accounts)),
      ...userEndpoints(createManageUsers(accounts)),
      usageEndpoint(createReportUsage(usage)),
      ...(config.console ? consoleEndpoints() : [])
    ]
  })
  const purge = setInterval(() => {
    accounts.purgeExpiredTokens().catch(error => logger.error({ err: error }, 'expired tokens could not be removed'))
    usage.purge().catch(error => logger.error({ err: error }, 'old usage could not be removed'))
  }, PURGE_INTERVAL_MS).unref()
  const writeUsage = setInterval(() => {
    usage.flush().catch(error => logger.error({ err: error }, 'usage could not be written'))
  }, USAGE_INTERVAL_MS).unref()

  function consoleEndpoints (): readonly Endpoint[] {
    const describeServer = createDescribeServer({ version: VERSION, budget, settings: config, uptimeS: () => process.uptime() })
    return [
      ...consoleSessionEndpoints(createConsoleSessions(accounts)),
      consoleStatusEndpoint(describeServer),
      consolePreviewEndpoint(createPreviewPicture(decoder))
    ]
  }

  function reportStoreFault (fault: StoreError): void {
    logger.error({ err: fault }, 'the account store has a fault')
  }

  function reportFault ({ task, id, fault }: FaultyModel): void {
    logger.error({ task, model: id, fault }, 'this model cannot be used; the next best serves, if there is one')
  }

  function reportStandIn (cause: Failure): void {
    logger.warn({ task: 'saliency', cause: cause.message }, 'heatMap is drawn by the classic method, which needs no model')
  }

  return {
    http,
    accounts,
    announceStop () { stopping = true },
    async close () {
      stopping = true
      clearInterval(purge)
      clearInterval(writeUsage)
      await http.close()
      await usage.flush()
      await Promise.all([fetcher.close(), decoder.close(), pool.close(), differ.close(), opencv.close(), tesseract?.close()])
      await store.close()
    }
  }
}

/** Looks at the models and tells the operator what was found. */
async function openModels (config: Config, logger: FastifyBaseLogger): Promise<ModelStore> {
  const store = await openModelStore(BUILT_MODELS_FOLDER, { pulledFolder: config.modelsDir, admit: config.models })
  for (const { id, fault } of store.missing) logger.error({ model: id, fault }, 'this model is not used; what it is for is done by the next best, or answers 503')
  const lack = lackOfSet(store, config.models)
  if (lack !== undefined) throw new Error(lack)
  for (const { task, serving, better } of reportTasks(store)) {
    const advice = better === undefined ? '' : `; ${better.id} would serve it better: ${remedyFor(better)}`
    if (serving === undefined) logger.warn({ task }, store.lackFor(task))
    else logger.info({ task, model: serving.id, set: serving.set }, `${serving.id} serves ${task}${advice}`)
  }
  return store
}

function openLanguages (config: Config, models: ModelStore): OcrLanguages['found'] {
  const { found, missing } = findOcrLanguages(config.ocrLanguages, models)
  if (missing.length === 0) return found
  throw new ConfigError(missing.map(code => `COMPUTE_OCR_LANGUAGES names ${code}, whose data is not installed: \`npm install ${packageOf(code)}\` brings it`))
}
