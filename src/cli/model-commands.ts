// compute-api models list|pull|verify
import { type Command, Option } from 'commander'
import { type CommandContext, environmentOf } from './command-context.js'
import type { ListedModel, PullRequest } from './model-work.js'
import { type Column, formatTable } from './table.js'

const STATES: Readonly<Record<ListedModel['state'], string>> = { installed: 'here', absent: 'not here', damaged: 'DAMAGED' }

const COLUMNS: ReadonlyArray<Column<ListedModel>> = [
  ['ID', model => model.id],
  ['SET', model => model.set],
  ['STATE', model => STATES[model.state]],
  ['MB', model => model.bytes === undefined ? '?' : (model.bytes / 1e6).toFixed(1)],
  ['TASKS', model => model.tasks.join(' ')],
  ['SERVES', model => model.serves.join(' ') || '-']
]

interface PullFlags {
  readonly set?: PullRequest['set']
  readonly from?: string
}

/** Adds the commands to the program. `finish` sets the exit code. */
export function addModelCommands (program: Command, context: CommandContext, finish: (exitCode: number) => void): void {
  const models = program.command('models').description('the models that answer; the server itself never downloads any')
  const settingsOf = (command: Command) => context.environment.modelSettingsOf(environmentOf(command, context.environment.env))

  models.command('list').description('every model, whether it is here, and what it serves')
    .action(async (_options: unknown, command: Command) => {
      const { modelsDir, models: admit } = settingsOf(command)
      const { listModels } = await import('./model-work.js')
      const rows = await listModels({ pulled: modelsDir }, admit)
      const faults = rows.flatMap(({ id, faults }) => faults.map(fault => `${id}: ${fault}\n`))
      context.print(command, { json: rows, text: `${formatTable(COLUMNS, rows)}${faults.length > 0 ? `\n${faults.join('')}` : ''}` })
    })

  models.command('pull').description('get models into the folder of pulled models; the standard set if nothing else is asked for')
    .argument('[ids...]', 'single models')
    .addOption(new Option('--set <set>', 'all models of a set').choices(['standard', 'large']))
    .option('--from <folder or URL>', 'a folder, searched by digest whatever the names are, or the base address of a mirror; nothing else is asked then')
    .action(async (ids: string[], { set, from }: PullFlags, command: Command) => {
      const { env, stderr, interrupted, dataDirOf } = context.environment
      const [{ pull }, { showProgress }] = await Promise.all([import('./model-work.js'), import('./pull-progress.js')])
      const { modelsDir } = settingsOf(command)
      const progress = context.wantsJson(command) ? undefined : showProgress(stderr)
      const signal = interrupted?.() ?? new AbortController().signal
      const files = await pull({ folders: { pulled: modelsDir }, dataDir: dataDirOf(environmentOf(command, env)), ids, set, from, env, signal, progress })
      context.print(command, { json: files, text: '' })
      const failed = files.filter(({ state }) => state === 'failed')
      if (failed.length === 0) {
        context.remark(command, `All are in ${modelsDir}; a server that runs takes them at its next start.`)
        return
      }
      context.remark(command, 'Where these addresses cannot be reached: get the files elsewhere, under any names, and give their folder with --from; `compute-api models list --json` has their addresses and digests.')
      finish(1)
    })

  models.command('verify').description('check every file that is or should be here by its digest; exit code 1 if anything is wrong')
    .action(async (_options: unknown, command: Command) => {
      const { modelsDir, models: admit } = settingsOf(command)
      const { verifyModels } = await import('./model-work.js')
      const report = await verifyModels({ pulled: modelsDir }, admit)
      const text = report.ok ? `${report.installed} models are here and right.\n` : report.faults.map(fault => `${fault}\n`).join('')
      context.print(command, { json: report, text })
      if (!report.ok) finish(1)
    })
}
