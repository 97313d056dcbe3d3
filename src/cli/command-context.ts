// What every command works with: the streams, the options that all commands share, and the accounts.
import { resolve } from 'node:path'
import { type Command } from 'commander'
import { type Administration } from '../accounts/administration.js'
import type { Admission } from '../runtime/model-store.js'

/** The process around the program, handed in so that tests can stand in for it. */
export interface ProgramEnvironment {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** The data folder that the environment names; it must not need any other setting to be right. */
  readonly dataDirOf: (env: NodeJS.ProcessEnv) => string
  /** Where models are pulled to and which of them may serve; it must not need any other setting to be right. */
  readonly modelSettingsOf: (env: NodeJS.ProcessEnv) => { readonly modelsDir: string, readonly models: Admission }
  /** A signal that is aborted when the user wants the program to end; for what takes long. */
  readonly interrupted?: () => AbortSignal
  /** Runs the server until it stops. Resolves with the exit code. */
  readonly serve: (env: NodeJS.ProcessEnv, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream) => Promise<number>
  readonly health: (env: NodeJS.ProcessEnv) => Promise<{ readonly ok: boolean, readonly url: string, readonly detail: string }>
}

/** A command cannot do what it was asked to, for a reason in the terminal rather than in the accounts. */
export class CommandError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'CommandError'
  }
}

/** What the commands that work on accounts share. */
export interface CommandContext {
  readonly environment: ProgramEnvironment
  /** Opens the store of the data folder, works on it, closes it; the server may be running. */
  administer<T> (command: Command, work: (administration: Administration) => Promise<T>): Promise<T>
  /** True when the output is for scripts. */
  wantsJson (command: Command): boolean
  /** The result on standard output: `json` for scripts, `text` for people. */
  print (command: Command, result: { readonly json: unknown, readonly text: string }): void
  /** A remark for people, on standard error so that the result can be piped. */
  remark (command: Command, text: string): void
}

interface SharedOptions {
  readonly dataDir?: string
  readonly json?: boolean
}

/** Makes the context of one run. */
export function createCommandContext (environment: ProgramEnvironment): CommandContext {
  const wantsJson = (command: Command): boolean => command.optsWithGlobals<SharedOptions>().json === true
  return {
    environment,
    wantsJson,
    async administer (command, work) {
      // Loaded here alone: `health` runs every few seconds in a container and needs neither SQLite nor argon2.
      const { openAdministration } = await import('./open-administration.js')
      const { administration, close } = await openAdministration(environment.dataDirOf(environmentOf(command, environment.env)))
      try {
        return await work(administration)
      } finally {
        await close()
      }
    },
    print (command, { json, text }) {
      environment.stdout.write(wantsJson(command) ? `${toJson(json)}\n` : text)
    },
    remark (command, text) {
      if (!wantsJson(command)) environment.stderr.write(`${text}\n`)
    }
  }
}

/** The environment with the data folder of --data-dir in it, when that is given. */
export function environmentOf (command: Command, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { dataDir } = command.optsWithGlobals<SharedOptions>()
  return dataDir === undefined ? env : { ...env, COMPUTE_DATA_DIR: resolve(dataDir) }
}

/** Dates become ISO in UTC; what is not there becomes null, so that every row has the same keys. */
function toJson (value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => field === undefined ? null : field, 2)
}
