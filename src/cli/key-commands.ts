// compute-api key create|list|revoke
import { type Command, InvalidArgumentError } from 'commander'
import { type ApiKeyAccount } from '../accounts/administration.js'
import { parseExpiry } from '../accounts/expiry.js'
import { Failure } from '../errors.js'
import { type CommandContext } from './command-context.js'
import { type Column, formatTable, formatTime } from './table.js'

const COLUMNS: ReadonlyArray<Column<ApiKeyAccount>> = [
  ['ID', key => key.id],
  ['NAME', key => key.name],
  ['ORGANIZATION', key => key.organizationName],
  ['STATE', key => key.state],
  ['CREATED', key => formatTime(key.createdAt)],
  ['EXPIRES', key => formatTime(key.expiresAt)],
  ['LAST USED', key => formatTime(key.lastUsedAt)]
]

interface CreateOptions {
  readonly name: string
  readonly expires?: Date
  readonly organization?: string
}

/** Adds the commands to the program. */
export function addKeyCommands (program: Command, context: CommandContext): void {
  const key = program.command('key').description('the API keys that tokens are asked for with')

  key.command('create').description('create a key and show it once; others stay live, so clients can change over in their own time')
    .requiredOption('--name <name>', 'what it is for')
    .option('--expires <when>', 'when it gets no more tokens: 90d, 12h, 2030-01-31 (default: never)', readExpiry)
    .option('--organization <name>', 'name or id of the organization; needed where there are several')
    .action(async (options: CreateOptions, command: Command) => {
      const { text, apiKey } = await context.administer(command, async administration =>
        await administration.createApiKey({ name: options.name, expiresAt: options.expires, organization: options.organization }))
      context.remark(command, `Key ${apiKey.id} created in ${apiKey.organizationName}; it expires: ${formatTime(apiKey.expiresAt)}.\nThe key, shown this once:`)
      context.print(command, { json: { ...apiKey, key: text }, text: `${text}\n` })
    })

  key.command('list').description('list all keys, the revoked ones included')
    .action(async (_options: unknown, command: Command) => {
      const keys = await context.administer(command, async administration => await administration.listApiKeys())
      context.print(command, { json: keys, text: formatTable(COLUMNS, keys) })
    })

  key.command('revoke').argument('<id>', 'as the list shows it').description('end a key and the tokens obtained with it')
    .action(async (id: string, _options: unknown, command: Command) => {
      const apiKey = await context.administer(command, async administration => await administration.revokeApiKey(id))
      context.remark(command, `Key ${apiKey.id} (${apiKey.name}) is revoked and its tokens are ended.`)
      if (apiKey.declared) context.remark(command, 'Note: COMPUTE_ADMIN_API_KEY declares this key; the next start of the server makes it live again unless that setting is changed.')
      context.print(command, { json: apiKey, text: '' })
    })
}

function readExpiry (text: string): Date {
  try {
    return parseExpiry(text, Date.now())
  } catch (error) {
    throw error instanceof Failure ? new InvalidArgumentError(error.message) : error
  }
}
