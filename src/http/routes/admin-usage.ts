// GET /admin/v1/usage
import { Type } from 'typebox'
import { USAGE_DAYS_KEPT } from '../../accounts/usage-counter.js'
import type { ReportUsage } from '../../services/report-usage.js'
import { UsageSchema } from '../../wire/admin-usage.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

const DEFAULT_DAYS = 30

/** Calls of the caller's organisation by day, key and function. */
export function usageEndpoint (reportUsage: ReportUsage): Endpoint {
  return defineEndpoint({
    name: 'listUsage',
    path: '/admin/v1/usage',
    methods: ['GET'],
    tag: 'administration',
    summary: 'Calls, errors and mean time by day, key and function',
    access: 'administrator',
    images: [],
    options: Type.Object({
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: USAGE_DAYS_KEPT, description: `how many days, today included; ${DEFAULT_DAYS} if not given` }))
    }),
    content: UsageSchema,
    example: {
      from: '2030-01-02',
      to: '2030-01-31',
      rows: [{ day: '2030-01-31', keyId: '7f3k9m2p4q8r', function: 'colorPalette', calls: 120, errors: 1, meanMs: 14.2 }]
    },
    handle: ({ caller, options }) => reportUsage(caller, options.days ?? DEFAULT_DAYS)
  })
}
