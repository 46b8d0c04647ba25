import { Type } from 'typebox'
import type { ActionPage } from '../../../contract/console/action.ts'
import { listActions } from '../../actions/list-actions.ts'
import { wholeOf } from '../request.ts'
import type { App, Services } from '../services.ts'

const PAGE = 50

const query = Type.Object({
  sale: Type.Optional(Type.String()),
  who: Type.Optional(Type.String({ maxLength: 100 })),
  before: Type.Optional(Type.String()),
})

/** GET /api/actions: what people did, the newest first; `next` is the `before` of the next page, where there is one. */
export function addActions(app: App, { mysql }: Services): void {
  app.get('/api/actions', { schema: { querystring: query } }, async (request): Promise<ActionPage> => {
    const wanted = {
      sale: wholeOf(request.query, 'sale'),
      who: request.query.who || undefined,
      before: wholeOf(request.query, 'before'),
    }
    const actions = await listActions(mysql, wanted, PAGE + 1)
    const page = actions.slice(0, PAGE)
    return { actions: page, ...(actions.length > PAGE && { next: page.at(-1)!.id }) }
  })
}
