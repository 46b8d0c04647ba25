import { Type } from 'typebox'
import type { ShownSwitches } from '../../../contract/console/switch.ts'
import { listSwitches } from '../../switches/list-switches.ts'
import { turnSwitch } from '../../switches/turn-switch.ts'
import { body, wholeOf } from '../request.ts'
import { type App, byOf, type Services } from '../services.ts'

/** GET and PUT /api/switches: feature switches and levels, for all sales or for one. */
export function addSwitches(app: App, services: Services): void {
  app.get(
    '/api/switches',
    { schema: { querystring: Type.Object({ sale: Type.Optional(Type.String()) }) } },
    (request): Promise<ShownSwitches> => listSwitches(services, wholeOf(request.query, 'sale')),
  )

  app.put(
    '/api/switches',
    {
      schema: {
        body: body({
          name: Type.String({ maxLength: 40 }),
          value: Type.String({ maxLength: 40 }),
          sale: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999 })),
          /** Of this switch, as GET showed it; 0: never turned. */
          version: Type.Integer({ minimum: 0 }),
          reason: Type.Optional(Type.String({ maxLength: 200 })),
        }),
      },
    },
    async (request) => {
      const { reason, ...wish } = request.body
      return turnSwitch(services, wish, byOf(request, reason))
    },
  )
}
