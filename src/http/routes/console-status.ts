// GET /console/status
import { Type } from 'typebox'
import type { DescribeServer } from '../../services/describe-server.js'
import { ServerStatusSchema } from '../../wire/console.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** Version, time since the start, work that runs and waits, and what may be asked for. */
export function consoleStatusEndpoint (describeServer: DescribeServer): Endpoint {
  return defineEndpoint({
    name: 'showStatus',
    path: '/console/status',
    methods: ['GET'],
    tag: 'console',
    summary: 'How the server is',
    access: 'token',
    images: [],
    options: Type.Object({}),
    content: ServerStatusSchema,
    example: { version: '0.1.0', uptimeS: 86_400, slots: 4, busy: 1, waiting: 0, docs: 'public', metrics: 'public', fetch: true, maxImageBytes: 20_000_000 },
    handle: () => describeServer()
  })
}
