// compute-api account create|list|disable|enable|password
import { type Command, Option } from 'commander'
import { type UserAccount } from '../accounts/administration.js'
import { ROLES, USER } from '../accounts/names.js'
import { type CommandContext } from './command-context.js'
import { obtainPassword, type PasswordOptions } from './secret-input.js'
import { type Column, formatTable, formatTime } from './table.js'

const COLUMNS: ReadonlyArray<Column<UserAccount>> = [
  ['LOGIN', user => user.login],
  ['ORGANIZATION', user => user.organizationName],
  ['ROLES', user => user.roles.join(',')],
  ['STATE', user => user.disabledAt === undefined ? 'enabled' : 'disabled'],
  ['CREATED', user => formatTime(user.createdAt)]
]

interface CreateOptions extends PasswordOptions {
  readonly role: readonly string[]
  readonly organization?: string
  readonly newOrganization?: string
}

/** Adds the commands to the program. */
export function addAccountCommands (program: Command, context: CommandContext): void {
  const account = program.command('account').description('the users who may sign in')

  withPasswordOptions(account.command('create').argument('<login>', 'letters, digits or . _ @ + -')
    .description('create a user')
    .addOption(new Option('--role <role...>', 'what the user may do').choices(ROLES).default([USER]))
    .option('--organization <name>', 'name or id of their organization; needed where there are several')
    .addOption(new Option('--new-organization <name>', 'create an organization for them').conflicts('organization')))
    .action(async (login: string, options: CreateOptions, command: Command) => {
      await context.administer(command, async administration => {
        const { password, generated } = await obtainPassword(context.environment, options)
        const user = await administration.createUser({
          login, password, roles: options.role, organization: options.organization, newOrganization: options.newOrganization
        })
        context.remark(command, `User ${user.login} created in ${user.organizationName}.`)
        printUser(context, command, user, generated ? password : undefined)
      })
    })

  account.command('list').description('list all users')
    .action(async (_options: unknown, command: Command) => {
      const users = await context.administer(command, async administration => await administration.listUsers())
      context.print(command, { json: users, text: formatTable(COLUMNS, users) })
    })

  account.command('disable').argument('<login>').description('give the user no more tokens and refuse the ones they have')
    .action(async (login: string, _options: unknown, command: Command) => {
      const user = await context.administer(command, async administration => await administration.setUserDisabled(login, true))
      context.remark(command, `User ${user.login} is disabled.`)
      remarkDeclared(context, command, user, 'enables it again')
      printUser(context, command, user)
    })

  account.command('enable').argument('<login>').description('let the user in again; tokens that were not revoked work again too')
    .action(async (login: string, _options: unknown, command: Command) => {
      const user = await context.administer(command, async administration => await administration.setUserDisabled(login, false))
      context.remark(command, `User ${user.login} is enabled.`)
      printUser(context, command, user)
    })

  withPasswordOptions(account.command('password').argument('<login>').description('change the password and end the user\'s tokens'))
    .action(async (login: string, options: PasswordOptions, command: Command) => {
      await context.administer(command, async administration => {
        const { password, generated } = await obtainPassword(context.environment, options)
        const user = await administration.setPassword(login, password)
        context.remark(command, `The password of ${user.login} is changed and their tokens are ended.`)
        remarkDeclared(context, command, user, 'sets the declared password again')
        printUser(context, command, user, generated ? password : undefined)
      })
    })
}

function withPasswordOptions (command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input')
    .addOption(new Option('--generate-password', 'generate one and show it once (so it is too without a terminal)').conflicts('passwordStdin'))
}

/** People get a generated password alone on standard output, scripts the user with it. */
function printUser (context: CommandContext, command: Command, user: UserAccount, password?: string): void {
  if (password !== undefined) context.remark(command, 'The generated password, shown this once:')
  context.print(command, { json: password === undefined ? user : { ...user, password }, text: password === undefined ? '' : `${password}\n` })
}

function remarkDeclared (context: CommandContext, command: Command, user: UserAccount, whatHappens: string): void {
  if (user.declared) context.remark(command, `Note: COMPUTE_ADMIN_LOGIN declares this user; the next start of the server ${whatHappens} unless that setting is taken away.`)
}
