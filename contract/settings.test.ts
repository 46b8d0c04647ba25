import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KNOWN_KEYS } from '../platform/config.ts'
import { ROOT } from '../platform/root.ts'
import {
  brokenRules,
  environmentKey,
  isSetting,
  readValue,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  tunableName,
} from './settings.ts'

const file = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const ofDoor = SETTING_NAMES.filter((name) => SETTINGS[name].room === 'door')
const ofProcesses = SETTING_NAMES.filter((name) => SETTINGS[name].room !== 'door')

describe('the list', () => {
  test.each(SETTING_NAMES)('%s has a normal value within its bounds, and is read where it says', (name) => {
    const { normal, least, most, where, says } = SETTINGS[name]
    expect(normal).toBeGreaterThanOrEqual(least)
    expect(normal).toBeLessThanOrEqual(most)
    expect(says).toMatch(/\.$/)
    expect(existsSync(join(ROOT, where)), where).toBe(true)
  })

  test('what a gateway or a worker starts with is a key of the environment', () => {
    expect(KNOWN_KEYS).toEqual(expect.arrayContaining(ofProcesses.map(environmentKey)))
  })

  test('the door knows the same settings, with the same bounds', () => {
    const lua = file('lua/edge/live_tunables.lua')
    const live = [...lua.matchAll(/^ {2}(\w+) = \{ (\d+), (\d+) \},$/gm)]
    expect(
      Object.fromEntries(live.map(([, name, least, most]) => [name, [Number(least), Number(most)]])),
    ).toEqual(
      Object.fromEntries(
        ofDoor.map((name) => [tunableName(name), [SETTINGS[name].least, SETTINGS[name].most]]),
      ),
    )
  })

  test('the normal values of a door are those of nginx/tunables.conf', () => {
    const conf = file('nginx/tunables.conf')
    const normals = ofDoor.map((name) => [
      name,
      Number(conf.match(`    ${tunableName(name)} = (\\d+),`)?.[1]),
    ])
    expect(Object.fromEntries(normals)).toEqual(
      Object.fromEntries(ofDoor.map((name) => [name, SETTINGS[name].normal])),
    )
  })
})

test.each([
  [
    'worker.flush-ms',
    ['1', '100', '10000'],
    ['0', '10001', '-1', '1.5', '1e2', ' 5', '', '05', 'default', 'NaN'],
  ],
  ['door.flash-group-connections', ['0'], ['-0', '1000001']],
  ['gateway.lease-ms', ['500'], ['499', '9'.repeat(30)]],
] as const)('%s takes %j and nothing like %j', (name, good, bad) => {
  for (const text of good) expect(readValue(name, text), text).toBe(Number(text))
  for (const text of bad) expect(readValue(name, text), text).toBeUndefined()
})

test('names of objects are no settings', () => {
  for (const name of ['constructor', '__proto__', 'worker', '']) expect(isSetting(name)).toBe(false)
})

describe('pairs that must agree', () => {
  const withValues = (values: Partial<Record<SettingName, number>>) => (name: SettingName) =>
    values[name] ?? SETTINGS[name].normal

  test('the normal values do', () => {
    for (const name of SETTING_NAMES) expect(brokenRules(name, withValues({}))).toEqual([])
  })

  test.each([
    ['gateway.lease-ms', 2_000, 'gateway.confirm-ms'],
    ['gateway.confirm-ms', 3_000, 'gateway.lease-ms'],
    ['gateway.far-poll-ms', 100_000, 'gateway.grace-ms'],
    ['gateway.grace-ms', 14_000, 'gateway.absent-ms'],
    ['gateway.busy-heap-mb', 2_000, 'gateway.busy-rss-mb'],
    ['door.hot-buy-interval-ms', 1_000, 'door.buy-interval-ms'],
    ['door.admission-retry-s', 1, 'door.buy-interval-ms'],
  ] as const)('%s = %i does not agree with %s', (name, value, other) => {
    expect(brokenRules(name, withValues({ [name]: value })).join()).toContain(other)
    expect(brokenRules('worker.prefetch', withValues({ [name]: value }))).toEqual([])
  })
})
