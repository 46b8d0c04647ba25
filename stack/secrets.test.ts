import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSecrets } from './secrets.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-secrets-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

test('credentials are long, all different, the same at the next start, and readable by their owner only', () => {
  const first = readSecrets(dir)
  expect(readSecrets(dir)).toEqual(first)
  const values = Object.values(first)
  expect(new Set(values).size).toBe(values.length)
  for (const value of values) expect(value).toMatch(/^[\w-]{40}$/)
  expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('two folders share nothing', () => {
  const first = readSecrets(dir)
  rmSync(join(dir, 'secrets.json'))
  const second = readSecrets(dir)
  for (const [name, value] of Object.entries(first)) expect(second).not.toHaveProperty(name, value)
})

test('a credential that an older run folder does not have is added, the others stay', () => {
  const { edgeKey, ...older } = readSecrets(dir)
  writeFileSync(join(dir, 'secrets.json'), JSON.stringify(older))
  const now = readSecrets(dir)
  expect(now).toMatchObject(older)
  expect(now.edgeKey).not.toBe(edgeKey)
  expect(JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8'))).toEqual(now)
})
