// What the operator reads on the first start, as plain text.

/** What was generated; a value that was declared, or is not needed, is undefined. */
export interface FirstCredentials {
  readonly login: string
  readonly password: string | undefined
  readonly apiKey: string | undefined
  /** A token of this account, for the second of the two commands. */
  readonly accessToken: string | undefined
}

/**
 * The text that shows the first account once: what was generated, and two commands to paste. Nothing in it needs
 * quoting in a shell; declared values are named by their variables, never shown.
 * @param baseUrl where the server listens, without a slash at its end
 * @param hasConsole whether one can sign in on a page there
 */
export function firstStartText (credentials: FirstCredentials, baseUrl: string, hasConsole = false): string {
  const { login, password, apiKey, accessToken } = credentials
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['login', login],
    ['password', password ?? 'as declared in COMPUTE_ADMIN_PASSWORD'],
    ['API key', apiKey ?? (accessToken === undefined ? 'one of those you have' : 'as declared in COMPUTE_ADMIN_API_KEY')]
  ]
  const lines = [
    'compute-api has created an administrator. This is shown once and never again: keep it now.',
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`),
    ...(hasConsole ? ['', `Open ${baseUrl}/console/ and sign in with login and password.`] : []),
    ...(accessToken === undefined ? [] : ['', 'Try it: get a token, then ask for the colours of a photo.', '', ...commands(credentials, accessToken, baseUrl)])
  ]
  return `\n${lines.join('\n')}\n\n`
}

function commands ({ login, password, apiKey }: FirstCredentials, accessToken: string, baseUrl: string): readonly string[] {
  const keyHeader = apiKey === undefined ? '-H "Apikey: $COMPUTE_ADMIN_API_KEY"' : `-H 'Apikey: ${apiKey}'`
  const passwordField = password === undefined ? '--data-urlencode "password=$COMPUTE_ADMIN_PASSWORD"' : `-d 'password=${password}'`
  return [
    `curl -X POST '${baseUrl}/compute/v1/image/getToken' ${keyHeader} -d 'login=${encodeURIComponent(login)}' ${passwordField}`,
    '',
    `curl -X POST '${baseUrl}/compute/v1/image/colorPalette' -H 'userName: ${login}' -H 'token: ${accessToken}' -F 'image=@photo.jpg'`
  ]
}
