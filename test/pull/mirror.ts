// A server of files that misbehaves on request.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface Mirror {
  readonly url: string
  /** "PATH" or "PATH range" of each request. */
  readonly asked: readonly string[]
}

/** Serves answers by path until the test ends; other paths are 404. */
export async function startMirror (t: Test, answers: Readonly<Record<string, Answer>>): Promise<Mirror> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(request.headers.range === undefined ? path : `${path} ${request.headers.range}`)
    const answer = answers[path]
    if (answer !== undefined) answer(request, response)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** The file, with ranges as a good server does them. */
export function file (content: string): Answer {
  return ({ headers }, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    if (headers.range === undefined) response.end(content)
    else if (first >= content.length) response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    else response.writeHead(206, { 'content-range': `bytes ${first}-${content.length - 1}/${content.length}` }).end(content.slice(first))
  }
}

/** The file, always from its beginning. */
export function fileWithoutRanges (content: string): Answer {
  return (_, response) => response.end(content)
}

/** States the whole length, sends some bytes, then breaks off. */
export function brokenAfter (content: string, bytes: number): Answer {
  return ({ headers }, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    response.writeHead(first > 0 ? 206 : 200, {
      'content-length': content.length - first,
      ...(first > 0 ? { 'content-range': `bytes ${first}-${content.length - 1}/${content.length}` } : {})
    })
    response.write(content.slice(first, first + bytes), () => setTimeout(() => response.destroy(), 20))
  }
}

/** One answer after the other; the last one stays. */
export function inTurn (...answers: readonly Answer[]): Answer {
  let at = 0
  return (request, response) => answers[Math.min(at++, answers.length - 1)]?.(request, response)
}
