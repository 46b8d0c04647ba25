import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KNOWN_KEYS } from '../platform/config.ts'
import { ROOT } from '../platform/root.ts'

const example = readFileSync(join(ROOT, '.env.example'), 'utf8')
const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')

test('the credentials of .env are filled in at random, everything else stays', async () => {
  const { fillEnv } = (await import(join(import.meta.dirname, 'compose.mjs'))) as {
    fillEnv: (text: string) => string
  }
  const filled = fillEnv(example)
  expect(filled).not.toMatch(/=$/m)
  expect(filled).toMatch(/^MYSQL_PASSWORD=[0-9a-f]{64}$/m)
  expect(filled).toContain('SLUICE_DEV_SIGN_IN=true')
  expect(filled).toContain('SLUICE_FLUSH_MS=100')
  expect(fillEnv(example)).not.toBe(filled)
})

test('.env.example names every setting, and every variable of docker-compose.yml', () => {
  for (const key of KNOWN_KEYS) expect(example).toContain(key)
  const variables = [...compose.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name)
  expect(variables.length).toBeGreaterThan(10)
  for (const name of variables) expect(example).toMatch(new RegExp(`^${name}=`, 'm'))
})

test('the safe settings of the servers are the same with and without Docker', () => {
  for (const option of ['--innodb-flush-log-at-trx-commit=1', '--sync-binlog=1', '--binlog-format=ROW'])
    expect(compose).toContain(option)
  expect(compose).toMatch(/--appendfsync\n\s+- always/)
  expect(compose).toMatch(/--maxmemory-policy\n\s+- noeviction/)
})
