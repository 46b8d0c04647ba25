import { expect, test } from 'vitest'
import { socketPath } from './mariadb.ts'

test('a socket stays in the run folder until its path gets too long, then every folder has a short one', () => {
  expect(socketPath('/srv/sluice/.run/mysql')).toBe('/srv/sluice/.run/mysql/mysql.sock')
  const deep = (name: string) => socketPath(`/${name.repeat(40)}/mysql`)
  expect(Buffer.byteLength(deep('abc'))).toBeLessThanOrEqual(107)
  expect(deep('abc')).not.toBe(deep('abd'))
  expect(Buffer.byteLength(deep('\u00fc\u00fc'))).toBeLessThanOrEqual(107)
})
