// Users over HTTP: an administrator sees and changes those of their own organisation.
import type { Accounts, Principal, UserAccount } from '../accounts/accounts.js'
import { foldName } from '../accounts/names.js'
import { randomPassword } from '../accounts/password.js'
import { Failure } from '../errors.js'
import type { User, Users } from '../wire/admin-users.js'

export interface NewUserRequest {
  readonly login: string
  /** Comma-joined; `User` when absent. */
  readonly roles?: string | undefined
  /** Generated, and shown once, when absent. */
  readonly password?: string | undefined
}

export interface UserChange {
  readonly login: string
  readonly disabled?: boolean | undefined
  readonly password?: string | undefined
  /** Generates a password and shows it once. */
  readonly resetPassword?: boolean | undefined
}

export interface ManageUsers {
  list (caller: Principal): Promise<Users>
  /** @throws Failure invalid_request */
  create (caller: Principal, request: NewUserRequest): Promise<User>
  /** @throws Failure invalid_request, not_found */
  change (caller: Principal, change: UserChange): Promise<User>
}

/** Makes the service. */
export function createManageUsers (accounts: Pick<Accounts, 'listUsers' | 'createUser' | 'setUserDisabled' | 'setPassword'>): ManageUsers {
  const usersOf = async ({ organizationId }: Principal): Promise<readonly UserAccount[]> =>
    (await accounts.listUsers()).filter(user => user.organizationId === organizationId)
  const find = async (caller: Principal, login: string): Promise<UserAccount> => {
    const user = (await usersOf(caller)).find(user => foldName(user.login) === foldName(login))
    if (user === undefined) throw new Failure('not_found', `There is no user ${JSON.stringify(login.slice(0, 100))}; see the list of users`)
    return user
  }
  return {
    list: async caller => ({ users: (await usersOf(caller)).map(describeUser) }),
    async create (caller, { login, roles, password }) {
      const named = roles?.split(',').map(role => role.trim()).filter(role => role !== '')
      const generated = password === undefined ? randomPassword() : undefined
      const user = await accounts.createUser({ login, password: password ?? generated ?? '', roles: named, organization: caller.organizationId })
      return { ...describeUser(user), ...(generated === undefined ? {} : { password: generated }) }
    },
    async change (caller, { login, disabled, password, resetPassword = false }) {
      const user = await find(caller, login)
      if (disabled === undefined && password === undefined && !resetPassword) throw new Failure('invalid_request', "nothing is to be changed: give 'disabled', 'password' or 'resetPassword'")
      if (password !== undefined && resetPassword) throw new Failure('invalid_request', "'password' and 'resetPassword' exclude each other; give one")
      // Whoever administers can lock out everybody but themselves: somebody is always left to undo it.
      if (disabled === true && user.id === caller.userId) throw new Failure('invalid_request', 'You cannot disable your own account; another administrator or the command line can')
      const generated = resetPassword ? randomPassword() : undefined
      const newPassword = generated ?? password
      let changed = user
      if (newPassword !== undefined) changed = await accounts.setPassword(user.login, newPassword)
      if (disabled !== undefined) changed = await accounts.setUserDisabled(user.login, disabled)
      return { ...describeUser(changed), ...(generated === undefined ? {} : { password: generated }) }
    }
  }
}

function describeUser ({ id, login, roles, disabledAt, declared, createdAt }: UserAccount): Users['users'][number] {
  return { id, login, roles: [...roles], state: disabledAt === undefined ? 'enabled' : 'disabled', declared, createdAt: createdAt.toISOString() }
}
