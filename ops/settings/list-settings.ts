import type { SettingList, SettingView } from '../../contract/console/setting.ts'
import { readReports } from '../../contract/reports.ts'
import { readLatestChanges, readSettings } from '../../contract/settings/changes.ts'
import type { InForce } from '../../contract/settings/in-force.ts'
import type { RecordedSetting } from '../../contract/settings/kind.ts'
import { readValue, SETTING_NAMES, SETTINGS, type SettingName } from '../../contract/settings.ts'
import type { Db } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'

/** Who reports, by name; nobody while Redis does not answer. */
export const readInForce = (redis: Redis): Promise<Map<string, InForce>> =>
  readReports(redis, 'tuned').catch(() => new Map<string, InForce>())

/** What the processes of its room started with, where they agree; else what the contract says. */
export function normalOf(name: SettingName, reports: Map<string, InForce>): number {
  const { room, normal } = SETTINGS[name]
  const started = [...reports.values()].flatMap((report) =>
    report.room === room ? (report.normals[name] ?? []) : [],
  )
  return started.length > 0 && started.every((one) => one === started[0]) ? started[0]! : normal
}

/** Every setting with what it is, who set it, and which processes go by it at this moment. */
export async function listSettings({ mysql, redis }: { mysql: Db; redis: Redis }): Promise<SettingList> {
  const [state, changes, reports] = await Promise.all([
    ...([readSettings(mysql), readLatestChanges(mysql), readInForce(redis)] as const),
  ])
  const latest = new Map(changes.map((change) => [change.name, change]))
  return {
    version: state.version,
    settings: SETTING_NAMES.map((name) => toView(name, latest.get(name), reports)),
  }
}

function toView(
  name: SettingName,
  latest: RecordedSetting | undefined,
  reports: Map<string, InForce>,
): SettingView {
  const set = latest === undefined ? undefined : readValue(name, latest.after)
  const normal = normalOf(name, reports)
  const readers = [...reports].filter(([, { room }]) => room === SETTINGS[name].room)
  const behind = readers.filter(([, report]) => report.values[name] !== (set ?? report.normals[name]))
  return {
    ...SETTINGS[name],
    ...{ name, normal, value: set ?? normal, set: set ?? null, version: latest?.version ?? 0 },
    ...{ who: latest?.who ?? null, reason: latest?.reason ?? null, at: latest?.at ?? null },
    inForce: {
      at: readers.length - behind.length,
      of: readers.length,
      behind: behind.map(([process]) => process).sort(),
    },
  }
}
