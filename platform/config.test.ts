import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { key, readConfig } from './config.ts'

const schema = Type.Object({
  SLUICE_REDIS_URL: key.url('redis'),
  SLUICE_PORT: key.port(),
  SLUICE_JWT_SECRET: key.secret(),
  SLUICE_FLUSH_MS: key.whole(100, 1, 10_000),
  SLUICE_DEV_SIGN_IN: key.flag(),
  SLUICE_LOG_LEVEL: key.logLevel(),
})
const good = {
  SLUICE_REDIS_URL: 'redis://h:1',
  SLUICE_PORT: '80',
  SLUICE_JWT_SECRET: 'x'.repeat(32),
  PATH: '/bin',
}

describe('readConfig', () => {
  it('converts values and fills defaults', () => {
    expect(readConfig(schema, good)).toMatchObject({
      SLUICE_PORT: 80,
      SLUICE_FLUSH_MS: 100,
      SLUICE_DEV_SIGN_IN: false,
      SLUICE_LOG_LEVEL: 'info',
    })
    expect(readConfig(schema, { ...good, SLUICE_DEV_SIGN_IN: 'true' }).SLUICE_DEV_SIGN_IN).toBe(true)
  })

  it.each([
    ['SLUICE_PORT', { SLUICE_PORT: '70000' }],
    ['SLUICE_PORT', { SLUICE_PORT: undefined }],
    ['SLUICE_REDIS_URL', { SLUICE_REDIS_URL: 'mysql://h' }],
    ['SLUICE_JWT_SECRET', { SLUICE_JWT_SECRET: 'short' }],
    ['SLUICE_FLUSH_MS', { SLUICE_FLUSH_MS: '1.5' }],
    ['SLUICE_DEV_SIGN_IN', { SLUICE_DEV_SIGN_IN: 'yes' }],
    ['SLUICE_LOG_LEVEL', { SLUICE_LOG_LEVEL: 'loud' }],
    ['SLUICE_FLUSHMS', { SLUICE_FLUSHMS: '5' }],
  ])('names %s when it is wrong', (name, change) => {
    expect(() => readConfig(schema, { ...good, ...change })).toThrow(name)
  })

  it('names every wrong setting at once', () => {
    expect(() => readConfig(schema, { ...good, SLUICE_PORT: '0', SLUICE_JWT_SECRET: '' })).toThrow(
      /SLUICE_PORT.*SLUICE_JWT_SECRET|SLUICE_JWT_SECRET.*SLUICE_PORT/,
    )
  })
})
