#!/usr/bin/env node
// The program `compute-api`.
import { availableParallelism } from 'node:os'
import { createProgram } from './cli/program.js'
import { health } from './cli/health.js'
import { dataDirOf } from './config.js'

// libuv reads this when its pool of threads is first used. sharp, password hashing, file reads and name look-ups share
// that pool; with its default of 4 they would wait for each other on machines with more CPUs.
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 4)

process.exitCode = await createProgram({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  dataDirOf,
  health,
  // Loaded for this command alone: the others need neither sharp nor Fastify.
  serve: async (env, stdout, stderr) => await (await import('./cli/serve.js')).serve(env, stdout, stderr)
}).run(process.argv.slice(2))

// What still hangs after an orderly end (a stuck computation, a socket) must not keep the process.
setTimeout(() => process.exit(), 500).unref()
