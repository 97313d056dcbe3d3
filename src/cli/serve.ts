// `compute-api serve`: read the settings, build the app, listen, and stop gracefully on SIGTERM or SIGINT.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import { firstStartText } from '../accounts/first-start.js'
import { type App, buildApp } from '../app.js'
import { type Config, ConfigError, loadConfig, redactConfig, unknownVariables } from '../config.js'
import { VERSION } from '../version.js'

// What is still in flight then is cut off: orchestrators kill after some 30 s, Docker after 10 unless told otherwise.
const STOP_TIMEOUT_MS = 15_000

/** Runs the server until it is told to stop. Resolves with the exit code. */
export async function serve (env: NodeJS.ProcessEnv, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Promise<number> {
  const config = readConfig(env, stderr)
  if (config === undefined) return 2
  const logger = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime })
  for (const name of unknownVariables(env)) logger.warn({ name }, 'this variable is no setting; see the table in README')

  let app: App
  try {
    app = await start(config, logger, stdout)
  } catch (error) {
    stderr.write(`compute-api could not start: ${describeStartError(error, config)}\n`)
    logger.debug({ err: error }, 'start failed')
    return 1
  }
  const signal = await nextSignal()
  return await stop(app, config, logger, signal)
}

function readConfig (env: NodeJS.ProcessEnv, stderr: NodeJS.WritableStream): Config | undefined {
  try {
    return loadConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    stderr.write(`${error.message}\n`)
    return undefined
  }
}

function describeStartError (error: unknown, { host, port }: Config): string {
  if (!(error instanceof Error)) return String(error)
  const { syscall } = error as NodeJS.ErrnoException
  return syscall === 'listen' || syscall === 'getaddrinfo'
    ? `it cannot listen on ${host}, port ${port} (COMPUTE_HOST or HOST, COMPUTE_PORT or PORT): ${error.message}`
    : error.message
}

async function start (config: Config, logger: Logger, stdout: NodeJS.WritableStream): Promise<App> {
  const app = await buildApp(config, logger, credentials => {
    stdout.write(firstStartText(credentials, `http://localhost:${config.port}`, config.console))
  })
  await app.http.listen({ port: config.port, host: config.host, listenTextResolver: address => `listening on ${address}` })
  logger.info({ version: VERSION, node: process.versions.node, settings: redactConfig(config) }, 'started')
  return app
}

async function stop (app: App, config: Config, logger: Logger, signal: string): Promise<number> {
  logger.info({ signal }, 'stopping: not ready any more, answering what is in flight')
  app.announceStop()
  await sleep(config.stopDelayMs)
  const closed = app.close().then(() => 'closed' as const)
  const outcome = await Promise.race([closed, sleep(STOP_TIMEOUT_MS, 'timeout' as const, { ref: false })])
  if (outcome === 'timeout') {
    logger.error({ timeoutMs: STOP_TIMEOUT_MS }, 'stopped with requests still in flight')
    return 1
  }
  logger.info('stopped')
  return 0
}

function nextSignal (): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
}
