import { Type } from 'typebox'
import type { SettingList } from '../../../contract/console/setting.ts'
import { listSettingChanges } from '../../../contract/settings/changes.ts'
import type { RecordedSetting } from '../../../contract/settings/kind.ts'
import { changeSetting, knownSetting, rollBackSetting } from '../../settings/change-setting.ts'
import { listSettings } from '../../settings/list-settings.ts'
import { type App, byOf, type Services } from '../services.ts'

const params = Type.Object({ name: Type.String({ maxLength: 100 }) })
const version = Type.Integer({ minimum: 0, maximum: 4_294_967_295 })
const reason = Type.Optional(Type.String({ maxLength: 200 }))

const change = Type.Object(
  { value: Type.Union([Type.String({ maxLength: 100 }), Type.Number()]), version, reason },
  { additionalProperties: false },
)
const rollback = Type.Object(
  { version, seen: Type.Optional(version), reason },
  { additionalProperties: false },
)

const HISTORY = 100

/**
 * GET /api/settings; PUT /api/settings/:name `{value, version, reason}`; its history, newest first; and POST rollback
 * `{version, seen, reason}`: back to what it was at `version`, refused where `seen` is not its version any more.
 */
export function addSettings(app: App, services: Services): void {
  app.get('/api/settings', (): Promise<SettingList> => listSettings(services))

  app.put(
    '/api/settings/:name',
    { schema: { params, body: change } },
    (request): Promise<RecordedSetting> => {
      const { name } = request.params
      const { value, version, reason } = request.body
      return changeSetting(services, { name, value: String(value), version }, byOf(request, reason))
    },
  )

  app.get(
    '/api/settings/:name/history',
    { schema: { params } },
    async (request): Promise<{ changes: RecordedSetting[] }> => ({
      changes: await listSettingChanges(services.mysql, HISTORY, knownSetting(request.params.name)),
    }),
  )

  app.post(
    '/api/settings/:name/rollback',
    { schema: { params, body: rollback } },
    (request): Promise<RecordedSetting> => {
      const { name } = request.params
      const { version, seen, reason } = request.body
      return rollBackSetting(services, { name, version, seen }, byOf(request, reason))
    },
  )
}
