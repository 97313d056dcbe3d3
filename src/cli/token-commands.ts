// compute-api token list|revoke
import { type Command } from 'commander'
import { type Administration } from '../accounts/administration.js'
import { type Session } from '../accounts/account-store.js'
import { type CommandContext } from './command-context.js'
import { readSecret } from './secret-input.js'
import { type Column, formatTable, formatTime } from './table.js'

const COLUMNS: ReadonlyArray<Column<Session>> = [
  ['ID', token => token.tokenId],
  ['LOGIN', token => token.login],
  ['KEY', token => token.keyId ?? 'console'],
  ['ISSUED', token => formatTime(token.issuedAt)],
  ['EXPIRES', token => formatTime(token.expiresAt)]
]

interface RevokeOptions {
  readonly user?: string
  readonly id?: string
  readonly tokenStdin?: boolean
}

/** Adds the commands to the program. */
export function addTokenCommands (program: Command, context: CommandContext): void {
  const token = program.command('token').description('the tokens that clients hold')

  token.command('list').description('list tokens by their ids')
    .option('--user <login>', 'only those of one user')
    .action(async (options: { readonly user?: string }, command: Command) => {
      const tokens = await context.administer(command, async administration => await administration.listTokens(options.user))
      context.print(command, { json: tokens, text: formatTable(COLUMNS, tokens) })
    })

  token.command('revoke').description('end tokens; give exactly one of the options')
    .option('--user <login>', 'all tokens of a user')
    .option('--id <id>', 'the token with this id, as the list and the log show it')
    .option('--token-stdin', 'the token that standard input holds')
    .action(async (options: RevokeOptions, command: Command) => {
      if ([options.user, options.id, options.tokenStdin].filter(value => value !== undefined).length !== 1) {
        command.error('error: give exactly one of --user, --id and --token-stdin')
      }
      const revoked = await context.administer(command, async administration => await revoke(administration, options, context))
      context.remark(command, `${revoked} ${revoked === 1 ? 'token' : 'tokens'} revoked.`)
      context.print(command, { json: { revoked }, text: '' })
    })
}

async function revoke (administration: Administration, { user, id }: RevokeOptions, context: CommandContext): Promise<number> {
  if (user !== undefined) return await administration.revokeTokensOfUser(user)
  if (id !== undefined) await administration.revokeTokenById(id)
  else await administration.revokeToken(await readSecret(context.environment, 'token'))
  return 1
}
