import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkRabbitmqHome } from './rabbitmq-home.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-home-'))
  mkdirSync(join(dir, 'sbin'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function addApplication(name: string, needs: string[]): void {
  const ebin = join(dir, 'plugins', `${name}-1.0`, 'ebin')
  mkdirSync(ebin, { recursive: true })
  writeFileSync(
    join(ebin, `${name}.app`),
    `{application,${name},[{applications,[kernel,\n ${needs.join(', ')}]}]}.`,
  )
}

const link = (plugins: string[]) =>
  linkRabbitmqHome(join(dir, 'sbin', 'rabbitmq-server'), join(dir, 'view'), plugins)

test('only what runs is linked, with what it needs', () => {
  for (const core of ['rabbit', 'rabbitmq_prelaunch', 'cuttlefish']) addApplication(core, ['rabbit_common'])
  addApplication('rabbit_common', ['recon', 'rabbit_common'])
  addApplication('recon', [])
  addApplication('rabbitmq_management', ['cowboy'])
  addApplication('cowboy', [])
  addApplication('rabbitmq_mqtt', ['rabbit'])
  expect(link(['rabbitmq_management'])).toBe(join(dir, 'view', 'sbin', 'rabbitmq-server'))
  const names = [
    'cowboy',
    'cuttlefish',
    'rabbit',
    'rabbit_common',
    'rabbitmq_management',
    'rabbitmq_prelaunch',
    'recon',
  ]
  expect(readdirSync(join(dir, 'view', 'plugins')).sort()).toEqual(names.map((name) => `${name}-1.0`).sort())
})

test('an installation that looks different is used as it is', () => {
  expect(link([])).toBe(join(dir, 'sbin', 'rabbitmq-server'))
  addApplication('rabbit', [])
  expect(link([])).toBe(join(dir, 'sbin', 'rabbitmq-server'))
  expect(existsSync(join(dir, 'view'))).toBe(false)
})
