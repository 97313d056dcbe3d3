// The program `compute-api`: its commands, its exit codes, and how it shows errors.
import { Command, CommanderError } from 'commander'
import { StoreError } from '../accounts/store-error.js'
import { ConfigError } from '../config.js'
import { Failure } from '../errors.js'
import { VERSION } from '../version.js'
import { addAccountCommands } from './account-commands.js'
import { CommandError, createCommandContext, environmentOf, type ProgramEnvironment } from './command-context.js'
import { addKeyCommands } from './key-commands.js'
import { addModelCommands } from './model-commands.js'
import { addTokenCommands } from './token-commands.js'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

/** The program, ready to run once. */
export interface Program {
  /**
   * Runs the command that the arguments name (without those of node).
   * @returns the exit code: 0 it is done, 1 it failed, 2 it was called wrongly. Never throws.
   */
  run (args: readonly string[]): Promise<number>
}

/** Makes the program over the given streams and handlers. */
export function createProgram (environment: ProgramEnvironment): Program {
  return {
    async run (args) {
      let exitCode = 0
      const json = args.includes('--json')
      const command = createCommand(environment, json, code => { exitCode = code })
      try {
        await command.parseAsync(args, { from: 'user' })
        return exitCode
      } catch (error) {
        if (error instanceof CommanderError) return endOfParsing(error, json, environment)
        showError(error, json, environment)
        return EXIT_FAILED
      }
    }
  }
}

function createCommand (environment: ProgramEnvironment, json: boolean, finish: (exitCode: number) => void): Command {
  const context = createCommandContext(environment)
  const program = new Command('compute-api')
    .description('A self-hosted image-analysis server: run it, and look after its accounts and models. Account commands work while it runs.')
    .version(VERSION)
    .option('--data-dir <folder>', 'data folder (default: COMPUTE_DATA_DIR, else ./data)')
    .option('--json', 'results and errors as JSON, for scripts')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: text => environment.stdout.write(text),
      writeErr: text => { if (!json) environment.stderr.write(text) }
    })
    .showHelpAfterError('(--help after any command shows how it is used)')
    .exitOverride()

  program.command('serve').description('run the server until SIGTERM or SIGINT')
    .action(async (_options: unknown, command: Command) => {
      finish(await environment.serve(environmentOf(command, environment.env), environment.stdout, environment.stderr))
    })
  addAccountCommands(program, context)
  addKeyCommands(program, context)
  addTokenCommands(program, context)
  addModelCommands(program, context, finish)
  program.command('health').description('ask the server of this machine whether it is ready')
    .action(async (_options: unknown, command: Command) => {
      const report = await environment.health(environment.env)
      context.print(command, { json: report, text: `${report.ok ? 'ready' : 'not ready'}: ${report.url} ${report.detail}\n` })
      finish(report.ok ? 0 : EXIT_FAILED)
    })
  return program
}

/** commander ends by throwing, also after --help and --version, which are no errors. */
function endOfParsing (error: CommanderError, json: boolean, { stderr }: ProgramEnvironment): number {
  if (error.exitCode === 0) return 0
  if (json) {
    const message = error.code === 'commander.help' ? 'a command is missing; see --help' : error.message.replace(/^error: /, '')
    stderr.write(`${JSON.stringify({ error: { kind: 'usage', message } })}\n`)
  }
  return EXIT_USAGE
}

function showError (error: unknown, json: boolean, { stderr }: ProgramEnvironment): void {
  const { kind, message } = describe(error)
  stderr.write(json ? `${JSON.stringify({ error: { kind, message } })}\n` : `compute-api: ${message}\n`)
}

function describe (error: unknown): { readonly kind: string, readonly message: string } {
  if (error instanceof Failure) return { kind: error.kind, message: error.message }
  if (error instanceof StoreError) return { kind: `store_${error.fault}`, message: error.message }
  if (error instanceof ConfigError) return { kind: 'settings', message: error.message }
  if (error instanceof CommandError) return { kind: 'input', message: error.message }
  const detail = error instanceof Error ? error.stack ?? error.message : String(error)
  return { kind: 'unexpected', message: `this is a fault of compute-api, please report it: ${detail}` }
}
