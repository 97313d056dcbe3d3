// How secrets come in: from standard input or a prompt that shows nothing, never as an argument, which other users of
// the machine could read.
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { randomPassword } from '../accounts/password.js'
import { CommandError, type ProgramEnvironment } from './command-context.js'

const MAX_SECRET_BYTES = 64 * 1024

type Streams = Pick<ProgramEnvironment, 'stdin' | 'stderr'>

/** Where a new password shall come from; both absent: from a prompt on a terminal, else generated. */
export interface PasswordOptions {
  readonly passwordStdin?: boolean
  readonly generatePassword?: boolean
}

/**
 * A new password, and whether it was generated and has to be shown.
 * @throws CommandError when nothing came in, or the two entries differ
 */
export async function obtainPassword (streams: Streams, options: PasswordOptions): Promise<{ readonly password: string, readonly generated: boolean }> {
  if (options.passwordStdin === true) return { password: await readSecret(streams, 'password'), generated: false }
  const asks = options.generatePassword !== true && streams.stdin.isTTY === true
  const password = asks ? await promptHidden(streams, 'Password (nothing: generate one): ') : ''
  if (password === '') return { password: randomPassword(), generated: true }
  if (await promptHidden(streams, 'The same again: ') !== password) throw new CommandError('The two passwords differ; nothing was changed. Try again.')
  return { password, generated: false }
}

/**
 * All of standard input, without the line's end.
 * @param what names the secret in errors
 * @throws CommandError
 */
export async function readSecret ({ stdin }: Pick<Streams, 'stdin'>, what: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > MAX_SECRET_BYTES) throw new CommandError(`Standard input is too long for a ${what}: give the ${what} alone`)
    chunks.push(buffer)
  }
  const text = Buffer.concat(chunks).toString('utf8').replace(/\r?\n$/, '')
  if (text === '') throw new CommandError(`Standard input was empty: pipe the ${what} in, as in  printf %s "$SECRET" | compute-api ...`)
  return text
}

async function promptHidden ({ stdin, stderr }: Streams, question: string): Promise<string> {
  stderr.write(question)
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: stdin, output: silence, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('line', resolve)
      for (const end of ['SIGINT', 'close']) terminal.once(end, () => reject(new CommandError('Cancelled; nothing was changed.')))
    })
  } finally {
    terminal.close()
    stderr.write('\n')
  }
}
