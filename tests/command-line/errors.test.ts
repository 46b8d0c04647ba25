import { expect, test } from 'vitest'
import { run, runJson } from './run-command-line.ts'

// None of these comes as far as a server.
const ENV = {
  SLUICE_MYSQL_URL: 'mysql://nobody:nothing@127.0.0.1:1/none',
  SLUICE_REDIS_URL: 'redis://127.0.0.1:1/0',
  SLUICE_JWT_SECRET: 'only for tests, 32 characters and more',
}

test.each([
  [['token'], 'USER'],
  [['token', 'alice', '--count', '3'], 'USER'],
  [['token', '--count', '3'], '--prefix'],
  [['token', 'alice', '--prefix', 'u'], '--count'],
  [['token', 'al ice'], 'USER'],
  [['token', '--count', '3', '--prefix', 'é'], '--prefix'],
  [['token', 'alice', '--ttl', '0'], '--ttl'],
  [['token', '--count', '0', '--prefix', 'u'], '--count'],
  [['dance'], 'dance'],
  [['sale', 'dance'], 'dance'],
  [['sale'], 'create'],
  [[], 'audit'],
  [['sale', 'list', '--wrong'], '--wrong'],
  [['sale', 'create', '--stock', '1', '--price', '1'], '--title'],
  [['audit'], 'id'],
  [['audit', '1', '2'], 'audit'],
])('usage: %j is refused, naming %s', async (argv, named) => {
  const { code, value, error } = await runJson(argv, ENV)
  expect({ code, value, kind: error.code }).toEqual({ code: 2, value: undefined, kind: 'invalid_request' })
  expect(error.message).toContain(named)
})

test('help is for people and no error', async () => {
  const { code, stdout, stderr } = await run(['sale', 'create', '--help'], ENV)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('--standby')
})

test('wrong configuration is named', async () => {
  const wrong = await runJson(['sale', 'list'], { ...ENV, SLUICE_MYSQL_URL: 'http://x' })
  expect(wrong).toMatchObject({ code: 1, error: { code: 'configuration' } })
  expect(wrong.error.message).toContain('SLUICE_MYSQL_URL')
  const unknown = await runJson(['sale', 'list'], { ...ENV, SLUICE_MYSQL_ULR: '' })
  expect(unknown.error.message).toContain('SLUICE_MYSQL_ULR')
  const short = await runJson(['token', 'alice'], { ...ENV, SLUICE_JWT_SECRET: 'short' })
  expect(short.error.message).toContain('SLUICE_JWT_SECRET')
})
