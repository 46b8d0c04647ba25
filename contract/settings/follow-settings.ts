import { Gauge, type Registry } from 'prom-client'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/mysql.ts'
import type { Redis } from '../../platform/redis.ts'
import { followState } from '../follow-state.ts'
import {
  environmentKey,
  isSetting,
  readValue,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
} from '../settings.ts'
import { SETTING_STATE, type SettingState } from './changes.ts'
import { type InForce, reportInForce } from './in-force.ts'
import type { Setting } from './kind.ts'

const REPORT_MS = 500

/** A process's configuration: its settings are plain fields of it, which whoever works reads at each use. */
type Live = Record<string, unknown>

/**
 * Keeps the settings of this process as they are set: each is written into its field of `config`, such as
 * `SLUICE_LEASE_MS`, within half a second of its change, and put back to the start value when it is unset. What this
 * version does not know, or knows to be out of bounds, is logged once and changes nothing. Tells in Redis and in the
 * metrics what is in force.
 * @param changed called after values have changed
 * @returns stops it; resolves when what is set has been read once, or the stores did not answer.
 */
export async function followSettings(
  room: Setting['room'],
  config: Live,
  deps: { redis: Redis; subscriber?: Redis; mysql: Pool; metrics: Registry; name: string; log: Logger },
  changed: () => void = () => {},
): Promise<() => void> {
  const { redis, metrics, name, log } = deps
  const names = SETTING_NAMES.filter((one) => SETTINGS[one].room === room)
  const read = (one: SettingName) => config[environmentKey(one)] as number
  const values = (): Record<string, number> => Object.fromEntries(names.map((one) => [one, read(one)]))
  const normals = values()
  let version = 0
  const said = new Set<string>()
  const sayOnce = (setting: string, value: string): void => {
    if (said.has(`${setting} ${value}`)) return
    said.add(`${setting} ${value}`)
    log.warn({ setting, value }, 'setting not understood by this version, it changes nothing here')
  }

  const take = (state: SettingState): void => {
    version = state.version
    const before = values()
    for (const [one, { value }] of Object.entries(state.values)) {
      if (one.startsWith(`${room}.`) && !isSetting(one)) sayOnce(one, value)
    }
    for (const one of names) {
      const set = state.values[one]
      const value = set ? readValue(one, set.value) : normals[one]
      if (value === undefined) sayOnce(one, set!.value)
      else config[environmentKey(one)] = value
    }
    const different = names.filter((one) => read(one) !== before[one])
    if (different.length === 0) return
    const now = Object.fromEntries(different.map((one) => [one, read(one)]))
    log.info({ version, settings: now }, 'settings changed')
    changed()
  }

  new Gauge({
    name: 'sluice_setting',
    help: 'The settings that this process goes by, each in its own unit (see `sluice setting`)',
    labelNames: ['name'],
    registers: [metrics],
    collect() {
      for (const one of names) this.set({ name: one }, read(one))
    },
  })
  const unfollow = await followState(SETTING_STATE, deps, take)
  const reporting = setInterval(() => {
    const report: InForce = { room, version, values: values(), normals }
    reportInForce(redis, name, report).catch((error) => log.debug({ err: error }, 'settings not reported'))
  }, REPORT_MS)
  return () => {
    clearInterval(reporting)
    unfollow()
  }
}
