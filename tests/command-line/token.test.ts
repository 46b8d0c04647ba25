import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { run, runJson } from './run-command-line.ts'

const JWT_SECRET = 'only for tests, 32 characters and more'
const ENV = { SLUICE_JWT_SECRET: JWT_SECRET }

test('token: what the shop would sign', async () => {
  const key = new TextEncoder().encode(JWT_SECRET)
  const plain = await run(['token', 'alice'], ENV)
  expect(plain.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const { payload, protectedHeader } = await jwtVerify(plain.stdout.trim(), key)
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(payload).toEqual({ sub: 'alice', exp: expect.any(Number) })
  expect(payload.exp! - Date.now() / 1000).toBeGreaterThan(86_390)
  const short = (await runJson(['token', 'bob"\\', '--ttl', '60'], ENV)).value
  const verified = await jwtVerify(short.token, key)
  expect(verified.payload.sub).toBe('bob"\\')
  expect(verified.payload.exp! - Date.now() / 1000).toBeLessThanOrEqual(60)
})

test('token --count: one a line, each good', async () => {
  const key = new TextEncoder().encode(JWT_SECRET)
  const { code, stdout } = await run(['token', '--count', '2500', '--prefix', 'u'], ENV)
  const lines = stdout.trimEnd().split('\n')
  expect({ code, lines: new Set(lines).size }).toEqual({ code: 0, lines: 2500 })
  for (const at of [0, 999, 1000, 2499]) {
    expect((await jwtVerify(lines[at]!, key)).payload.sub).toBe(`u${at + 1}`)
  }
  expect((await runJson(['token', '--count', '1001', '--prefix', 'u'], ENV)).value.tokens).toHaveLength(1001)
})
