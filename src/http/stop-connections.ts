// A stop must not wait for connections on which nothing will come: neither for the keep-alive time of those that were
// answered, nor for a request whose headers are half sent.
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** When the server closes: answers end their connections, and connections without a request are ended at once. */
export function closeConnectionsOnStop (app: FastifyInstance): void {
  const open = new Set<Socket>()
  const answering = new Map<Socket, number>()
  let closing = false

  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1
      if (left > 0) answering.set(socket, left)
      else answering.delete(socket)
    })
  })
  app.addHook('preClose', async () => {
    closing = true
    for (const socket of open) if (!answering.has(socket)) socket.destroy()
  })
  app.addHook('onSend', async (request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
