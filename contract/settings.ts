import { key } from '../platform/config.ts'
import { DOOR_SETTINGS } from './settings/door.ts'
import { GATEWAY_SETTINGS } from './settings/gateway.ts'
import type { Setting } from './settings/kind.ts'
import { WORKER_SETTINGS } from './settings/worker.ts'

/**
 * Settings: the numbers that ops change while everything runs, each named `ROOM.NAME`.
 *
 * A process starts with the value of its environment, a door with that of nginx/tunables.conf. A value that is set
 * counts instead, everywhere, until the setting is put back to `default`. What is *switched* (contract/switches.ts)
 * says what Sluice does for buyers; a setting says how much or how fast.
 */
export const SETTINGS: Record<SettingName, Setting> = {
  ...GATEWAY_SETTINGS,
  ...WORKER_SETTINGS,
  ...DOOR_SETTINGS,
}

export type SettingName =
  | keyof typeof GATEWAY_SETTINGS
  | keyof typeof WORKER_SETTINGS
  | keyof typeof DOOR_SETTINGS

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

export const isSetting = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)

/** The value of such a text, or undefined where it is no whole number within the bounds. */
export function readValue(name: SettingName, text: string): number | undefined {
  const { least, most } = SETTINGS[name]
  const value = /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

/** What may be said, in words. */
export const allowedFor = (name: SettingName): string =>
  `a whole number from ${SETTINGS[name].least} to ${SETTINGS[name].most} (${SETTINGS[name].unit})`

/** Where a gateway or a worker has its start value from: `gateway.lease-ms` is `SLUICE_LEASE_MS`. */
export const environmentKey = (name: string): `SLUICE_${string}` =>
  `SLUICE_${name
    .slice(name.indexOf('.') + 1)
    .replaceAll('-', '_')
    .toUpperCase()}`

/** The same of a door: `door.buy-interval-ms` is `buy_interval_ms` in nginx/tunables.conf. */
export const tunableName = (name: string): string => name.slice('door.'.length).replaceAll('-', '_')

/** The start value as a key of a process's configuration: same normal value, same bounds. */
export const startValue = (name: SettingName) => {
  const { normal, least, most } = SETTINGS[name]
  return key.whole(normal, least, most)
}

type Values = (name: SettingName) => number

/** What must hold between two settings, whichever of them is changed. */
const PAIRS: [SettingName, SettingName, holds: (value: Values) => boolean, rule: string][] = [
  [
    ...(['gateway.confirm-ms', 'gateway.lease-ms'] as const),
    (value) => value('gateway.confirm-ms') < value('gateway.lease-ms'),
    'gateway.confirm-ms must be less than gateway.lease-ms: else batches are sent again that are still being confirmed',
  ],
  [
    ...(['gateway.far-poll-ms', 'gateway.grace-ms'] as const),
    (value) => value('gateway.far-poll-ms') <= value('gateway.grace-ms'),
    'gateway.far-poll-ms may not exceed gateway.grace-ms: who asks when he was told to must find his place kept',
  ],
  [
    ...(['gateway.absent-ms', 'gateway.grace-ms'] as const),
    (value) => value('gateway.absent-ms') <= value('gateway.grace-ms'),
    'gateway.absent-ms may not exceed gateway.grace-ms: a place is kept at least as long as its buyer may be silent',
  ],
  [
    ...(['gateway.busy-heap-mb', 'gateway.busy-rss-mb'] as const),
    (value) => value('gateway.busy-heap-mb') <= value('gateway.busy-rss-mb'),
    'gateway.busy-heap-mb may not exceed gateway.busy-rss-mb: the heap is a part of the resident memory',
  ],
  [
    ...(['door.buy-interval-ms', 'door.hot-buy-interval-ms'] as const),
    (value) => value('door.buy-interval-ms') <= value('door.hot-buy-interval-ms'),
    'door.buy-interval-ms may not exceed door.hot-buy-interval-ms: who asks too often must not get more clicks',
  ],
  [
    ...(['door.buy-interval-ms', 'door.admission-retry-s'] as const),
    (value) => value('door.buy-interval-ms') <= 1_000 * value('door.admission-retry-s'),
    'door.buy-interval-ms may not exceed door.admission-retry-s: who comes when he was told to must not be too early',
  ],
]

/** The rules that would be broken if `name` had these values around it. */
export const brokenRules = (name: SettingName, value: Values): string[] =>
  PAIRS.filter(([one, other, holds]) => (one === name || other === name) && !holds(value)).map(
    ([, , , rule]) => rule,
  )
