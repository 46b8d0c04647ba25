import { Type } from 'typebox'
import type { Sample } from '../../../contract/console/sample.ts'
import { Problem } from '../../../contract/errors.ts'
import { readSale } from '../../../contract/sales.ts'
import { readSamples } from '../../live/read-samples.ts'
import { streamSamples } from '../../live/stream.ts'
import { unknownSale } from '../../sales/unknown-sale.ts'
import { fieldProblem } from '../problems.ts'
import { saleIdOf, saleParams } from '../request.ts'
import type { App, Services } from '../services.ts'

/** Pages that may follow at once: for all operators, and for one, who may have a tab for each sale. */
const MOST_STREAMS = 64
const MOST_OF_ONE = 12
const HISTORY_MS = 5 * 60_000
/** MySQL's past is waited for so long; then what this console remembers must do. */
const HISTORY_WAIT_MS = 1_000
const LONGEST_MS = 31 * 86_400_000

const time = Type.String({ pattern: '^[0-9]{1,14}$' })
const range = Type.Object({ from: time, to: time }, { additionalProperties: false })

/** GET /api/sales/:id/live (server-sent events, see ops/live/stream.ts) and GET /api/sales/:id/samples?from=&to= (ms). */
export function addLive(app: App, { mysql, sessions, live }: Services): void {
  const streams = new Map<() => void, string>()

  // Else a stop would wait for pages that never leave.
  app.addHook('preClose', async () => {
    for (const end of streams.keys()) end()
  })

  app.get('/api/sales/:id/live', { schema: { params: saleParams } }, async (request, reply) => {
    const sale = saleIdOf(request.params.id)
    const { session } = request
    const own = [...streams.values()].filter((name) => name === session.name).length
    if (streams.size >= MOST_STREAMS || own >= MOST_OF_ONE)
      throw new Problem('busy', { detail: 'Too many live pages are open', retryAfterS: 10 })
    if (!(await readSale(mysql, sale))) throw unknownSale(sale)
    const history = await recent(sale)
    reply.hijack()
    const response = reply.raw
    if (request.raw.destroyed) return
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
    const end = streamSamples(response, history, {
      ...{ live, sale, lives: () => sessions.lives(session) },
      onEnd: () => streams.delete(end),
    })
    streams.set(end, session.name)
  })

  const recent = async (sale: number): Promise<Sample[]> => {
    const now = Date.now()
    const kept = await Promise.race([
      readSamples(mysql, sale, now - HISTORY_MS, now).catch(() => []),
      new Promise<Sample[]>((resolve) => setTimeout(resolve, HISTORY_WAIT_MS, [])),
    ])
    // MySQL is a second or two behind; a sale that is not recorded yet is only remembered.
    const latest = kept.at(-1)?.at ?? 0
    return [...kept, ...live.remembered(sale).filter(({ at }) => at > latest)]
  }

  app.get(
    '/api/sales/:id/samples',
    { schema: { params: saleParams, querystring: range } },
    async (request): Promise<{ samples: Sample[] }> => {
      const sale = saleIdOf(request.params.id)
      const from = Number(request.query.from)
      const to = Number(request.query.to)
      if (to <= from) throw fieldProblem([{ field: 'to', message: 'must be later than from' }])
      if (to - from > LONGEST_MS)
        throw fieldProblem([{ field: 'from', message: 'must be at most 31 days before to' }])
      if (!(await readSale(mysql, sale))) throw unknownSale(sale)
      return { samples: await readSamples(mysql, sale, from, to) }
    },
  )
}
