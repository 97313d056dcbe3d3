// The program `compute-api`: its commands with what they need from the process.
import { createProgram } from './cli/program.js'
import { health } from './cli/health.js'
import { dataDirOf, modelSettingsOf } from './config.js'

process.exitCode = await createProgram({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  dataDirOf,
  modelSettingsOf,
  interrupted,
  health,
  // Loaded for this command alone: the others need neither sharp nor Fastify.
  serve: async (env, stdout, stderr) => await (await import('./cli/serve.js')).serve(env, stdout, stderr)
}).run(process.argv.slice(2))

// What still hangs after an orderly end (a stuck computation, a socket) must not keep the process.
setTimeout(() => process.exit(), 500).unref()

function interrupted (): AbortSignal {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())
  return abort.signal
}
