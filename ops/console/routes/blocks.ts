import { Type } from 'typebox'
import { BUYER_PATTERN } from '../../../contract/buyer.ts'
import type { BlockPage } from '../../../contract/console/block.ts'
import { Problem } from '../../../contract/errors.ts'
import { blockBuyer, importBlocks, unblockBuyer } from '../../blocks/block-buyer.ts'
import { REASON_PATTERN } from '../../blocks/block-reason.ts'
import { readBlocksCsv, writeBlocksCsv } from '../../blocks/blocks-csv.ts'
import { countBlocks, listBlocks } from '../../blocks/list-blocks.ts'
import { body } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

const PAGE = 100
const CSV_BYTES = 2 ** 20
/** Rows of an export; more than any list that the doors hold. */
const MOST = 1_000_000

const buyer = Type.String({ pattern: BUYER_PATTERN })
const search = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 128 })),
  after: Type.Optional(Type.String({ maxLength: 128 })),
})

/** GET, POST, DELETE /api/blocks, and the list as CSV: GET /api/blocks/export, POST /api/blocks/import. */
export function addBlocks(app: App, services: Services): void {
  const { mysql } = services

  app.get('/api/blocks', { schema: { querystring: search } }, async (request): Promise<BlockPage> => {
    const found = await listBlocks(mysql, request.query, PAGE + 1)
    const blocks = found.slice(0, PAGE)
    const next = found.length > PAGE ? { next: blocks.at(-1)!.buyer } : {}
    return { blocks, total: await countBlocks(mysql), ...next }
  })

  app.post(
    '/api/blocks',
    {
      schema: {
        body: body({
          buyer,
          score: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
          reason: Type.Optional(Type.String({ pattern: REASON_PATTERN })),
        }),
      },
    },
    async (request) => {
      const { buyer, score = 100, reason = '' } = request.body
      await blockBuyer(services, { buyer, score, reason }, byOf(request))
      return { buyer, score, reason }
    },
  )

  app.delete('/api/blocks', { schema: { body: body({ buyer }) } }, async (request) => {
    const { buyer } = request.body
    return { buyer, removed: await unblockBuyer(services, buyer, byOf(request)) }
  })

  app.get('/api/blocks/export', async (_request, reply) => {
    const blocks = await listBlocks(mysql, {}, MOST)
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="blocks.csv"')
      .header('x-content-type-options', 'nosniff')
    return writeBlocksCsv(blocks)
  })

  app.register(async (scope) => {
    scope.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, done) => done(null, text))
    scope.post('/api/blocks/import', { bodyLimit: CSV_BYTES }, async (request) => {
      if (typeof request.body !== 'string') throw new Problem('unsupported_type', { detail: 'Send text/csv' })
      const read = readBlocksCsv(request.body)
      if ('faults' in read) {
        throw new Problem('invalid_request', {
          detail: 'Nothing was imported: some rows are wrong',
          extra: { fields: read.faults },
        })
      }
      await importBlocks(services, read.blocks, byOf(request))
      return { imported: read.blocks.length, total: await countBlocks(mysql) }
    })
  })
}
