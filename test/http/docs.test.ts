import t from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { pino } from 'pino'
import { colorPaletteEndpoint } from '../../src/http/routes/color-palette.js'
import { getTokenEndpoint } from '../../src/http/routes/get-token.js'
import { buildTestServer } from '../fakes/test-server.js'

interface Operation {
  readonly operationId?: string
  readonly security?: ReadonlyArray<Record<string, unknown>>
  readonly parameters?: ReadonlyArray<{ name: string, in: string, required?: boolean }>
  readonly requestBody?: { content: Record<string, { schema: { properties: Record<string, unknown>, required: string[] } }> }
  readonly responses: Record<string, { description: string, content?: Record<string, { schema: object, examples?: Record<string, { value: unknown }> }> }>
}

interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Record<string, object>, securitySchemes: Record<string, unknown> }
}

async function readDocument (): Promise<Document> {
  const { app } = await buildTestServer(t, {
    endpoints: [
      getTokenEndpoint(async () => { throw new Error('not asked') }),
      colorPaletteEndpoint(async () => { throw new Error('not asked') })
    ],
    logger: pino({ level: 'silent' })
  })
  return (await app.inject('/docs/json')).json()
}

t.test('the document is OpenAPI 3.1 with every function for GET and POST', async t => {
  const document = await readDocument()
  t.equal(document.openapi, '3.1.0')
  for (const name of ['getToken', 'colorPalette']) {
    const path = document.paths[`/compute/v1/image/${name}`]
    t.same(Object.keys(path ?? {}).sort(), ['get', 'post'], name)
    t.equal(path?.post?.operationId, name)
  }
  for (const path of ['/livez', '/readyz', '/metrics']) t.ok(document.paths[path]?.get, path)
  t.notOk(Object.keys(document.paths).some(path => path.startsWith('/docs')), 'the page itself is not part of it')
  t.notOk(Object.values(document.paths).some(path => path.put ?? path.delete), 'nor are methods that are refused')
})

t.test('pictures are files in multipart and text elsewhere', async t => {
  const { paths } = await readDocument()
  const content = paths['/compute/v1/image/colorPalette']?.post?.requestBody?.content ?? {}
  t.same(Object.keys(content), ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'])
  t.match(content['multipart/form-data']?.schema, { properties: { image: { type: 'string', format: 'binary' } }, required: ['image'] })
  t.match(content['application/json']?.schema, { properties: { image: { type: 'string', format: undefined } } })
  t.match(paths['/compute/v1/image/colorPalette']?.get?.parameters, [{ name: 'image', in: 'query', required: true }])
  t.match(paths['/compute/v1/image/getToken']?.post?.parameters, [{ name: 'Apikey', in: 'header', required: true }])
})

t.test('the documented examples fit the documented schemas', async t => {
  const { paths } = await readDocument()
  const ajv = new Ajv2020({ strict: false })
  let checked = 0
  for (const [path, methods] of Object.entries(paths)) {
    for (const operation of Object.values(methods)) {
      const answer = operation.responses[200]?.content?.['application/json']
      if (answer?.examples === undefined) continue
      const { documented } = answer.examples
      t.ok(ajv.validate(answer.schema, documented?.value), `${path}: ${ajv.errorsText()}`)
      checked++
    }
  }
  t.equal(checked, 4)
})

t.test('errors are described once, with their codes, and every reference leads somewhere', async t => {
  const document = await readDocument()
  const { responses } = document.paths['/compute/v1/image/colorPalette']?.post ?? { responses: {} }
  t.match(responses[401]?.description, /-4011, -4012, -4013, -4014/)
  t.match(responses[503]?.description, /-503, -5031/)
  t.match(responses[500]?.description, /-500/)
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? []
  t.ok(references.length > 5)
  for (const reference of new Set(references)) {
    const name = /#\/components\/schemas\/([^"]+)/.exec(reference)?.[1]
    t.ok(name !== undefined && document.components.schemas[name], reference)
  }
})

t.test('functions want a token, getToken and the operation routes do not', async t => {
  const { paths, components } = await readDocument()
  t.same(Object.keys(components.securitySchemes), ['token', 'userName', 'bearer', 'session'])
  t.same(paths['/compute/v1/image/colorPalette']?.post?.security, [{ token: [], userName: [] }, { bearer: [] }])
  t.same(paths['/compute/v1/image/getToken']?.post?.security, [])
  t.same(paths['/livez']?.get?.security, [])
})
