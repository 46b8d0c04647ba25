import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
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

interface Service {
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  command?: string[]
  cpu_shares?: number
}
const { services, volumes } = parse(compose, { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, null>
}
/** Where a service's volumes stand inside its container. */
const mounted = (service: string) =>
  (services[service]?.volumes ?? []).map((volume) => volume.replace(/:ro$/, '').split(':').at(-1))

test('every named volume is declared', () => {
  for (const { volumes: used = [] } of Object.values(services))
    for (const volume of used)
      if (/^[a-z]/.test(volume)) expect(Object.keys(volumes)).toContain(volume.split(':')[0])
})

test('the shop has a container of its own, which comes first, and every port is for this machine only', () => {
  expect(services.shop?.command?.at(-1)).toBe('/var/sluice/shop/nginx.conf')
  expect(services.shop?.ports).toEqual(['127.0.0.1:8081:8081'])
  expect(services.shop?.cpu_shares).toBeGreaterThan(1024)
  expect(services.shop?.environment).toBeUndefined()
  expect(services.door?.ports).not.toContain('127.0.0.1:8081:8081')
  expect(services.door?.ports).toContain('127.0.0.1:8443:8443')
  for (const { ports = [] } of Object.values(services))
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
})

test('whoever proves or signs tokens and tickets has the key file, and only the door’s certificate maker ops’ own one', () => {
  for (const service of ['door', 'gateway-1', 'gateway-2', 'console', 'sluice']) {
    expect(mounted(service), service).toContain('/var/sluice/keys')
    expect(services[service]?.environment?.SLUICE_KEY_FILE).toBe('/var/sluice/keys')
  }
  expect(mounted('door')).toContain('/var/sluice/tls')
  expect(mounted('certificate')).toEqual(['/var/sluice/tls', '/own/cert.pem', '/own/key.pem'])
})

test('who rehearses can sign for simulated buyers, and asks the provider that the gateways open payments at', () => {
  const paysAt = services['gateway-1']?.environment?.SLUICE_PAYMENT_URL
  for (const service of ['console', 'sluice']) {
    const { SLUICE_JWT_SECRET, SLUICE_PAYMENT_URL, SLUICE_DOORS } = services[service]?.environment ?? {}
    expect(SLUICE_JWT_SECRET).toBe(services['gateway-1']?.environment?.SLUICE_JWT_SECRET)
    expect(SLUICE_PAYMENT_URL).toBe(paysAt)
    expect(SLUICE_DOORS).toBe('http://door:8080')
  }
})
