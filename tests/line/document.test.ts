import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { ERRORS } from '../../contract/errors.ts'
import { ORDER_STATES, REFUSED_STATES } from '../../contract/words.ts'
import { buildApp } from '../../gateway/app.ts'
import { readGatewayConfig } from '../../gateway/config.ts'
import type { Services } from '../../gateway/services.ts'
import { createLog } from '../../platform/log.ts'
import { readSigningKeys } from '../../platform/signing-keys.ts'
import { openDocument } from './api-document.ts'
import { borrowStack } from './borrow-stack.ts'

// What docs/openapi.yaml names; whether answers are as it says is seen in contract.test.ts.

const { document, operations } = await openDocument('openapi.yaml')

test('every route of the gateway is documented, and nothing else', async () => {
  const { SLUICE_WWW, ...env } = borrowStack().env
  const config = readGatewayConfig({ ...env, SLUICE_PORT: '1', SLUICE_DEV_SIGN_IN: 'true' })
  // Listed and never called, so the routes need no backends.
  const app = buildApp({
    ...{
      config,
      keys: readSigningKeys(config),
      log: createLog('contract', 'silent'),
      metrics: new Registry(),
    },
  } as Services)
  const routes = new Set<string>()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat())
      if (one !== 'HEAD') routes.add(`${one} ${url.replace(/:(\w+)/g, '{$1}')}`)
  })
  await app.ready()
  await app.close()
  // What only the machines among themselves call is told in docs/architecture.md.
  const forBuyers = [...routes].filter((route) => !route.includes(' /internal/'))
  expect(forBuyers.sort()).toEqual(operations.map(({ name }) => name).sort())
})

test('it knows the same words as contract/', () => {
  const { Problem, Standing, Order } = document.components.schemas
  expect(Problem!.properties.code!.enum).toEqual(Object.keys(ERRORS))
  expect(Order!.properties.state!.enum).toEqual(ORDER_STATES)
  expect(Standing!.properties.state!.enum).toEqual([
    'waiting',
    'released',
    ...ORDER_STATES,
    ...REFUSED_STATES,
  ])
  for (const { name, responses } of operations)
    for (const [status, { 'x-codes': codes = [] }] of Object.entries(responses))
      for (const code of codes)
        expect([name, code, ERRORS[code].status]).toEqual([name, code, Number(status)])
})
