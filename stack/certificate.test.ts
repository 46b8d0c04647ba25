import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ownCertificate, provideCertificate } from './certificate.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-tls-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(dir, { recursive: true })
})
const serialOf = (cert: string) => new X509Certificate(readFileSync(cert)).serialNumber

test('a certificate for development has our names, a key that only its owner reads, and stays while it is good', async () => {
  const { cert, key } = await provideCertificate(dir)
  const x509 = new X509Certificate(readFileSync(cert))
  for (const name of ['flash.localhost', 'shop.localhost', 'ops.localhost'])
    expect(x509.checkHost(name)).toBe(name)
  expect(x509.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect([x509.ca, x509.checkHost('localhost')]).toEqual([false, undefined])
  expect(statSync(key).mode & 0o777).toBe(0o600)
  await provideCertificate(dir)
  expect(serialOf(cert)).toBe(x509.serialNumber)
})

test('it is made anew a month before it ends, when a half is cut short, and when the halves do not fit', async () => {
  const { cert, key } = await provideCertificate(dir)
  const serials = new Set([serialOf(cert)])
  const expectNew = async (count: number) => {
    await provideCertificate(dir)
    expect(serials.add(serialOf(cert)).size).toBe(count)
  }
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 59 * 86_400_000 })
  await expectNew(1)
  vi.setSystemTime(Date.now() + 2 * 86_400_000)
  await expectNew(2)
  vi.useRealTimers()
  truncateSync(cert, 100)
  await expectNew(3)
  const other = await provideCertificate(join(dir, 'other'))
  copyFileSync(other.key, key)
  await expectNew(4)
})

test('ops’ own certificate is taken as it is, or refused by name', async () => {
  const { cert, key } = await provideCertificate(dir)
  const other = await provideCertificate(join(dir, 'other'))
  expect(ownCertificate({})).toBeUndefined()
  expect(ownCertificate({ SLUICE_TLS_CERT: cert, SLUICE_TLS_KEY: key })).toEqual({ cert, key })
  expect(() => ownCertificate({ SLUICE_TLS_CERT: cert })).toThrow('SLUICE_TLS_KEY is missing')
  expect(() => ownCertificate({ SLUICE_TLS_KEY: key })).toThrow('SLUICE_TLS_CERT is missing')
  expect(() => ownCertificate({ SLUICE_TLS_CERT: cert, SLUICE_TLS_KEY: other.key })).toThrow(
    'does not belong',
  )
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 91 * 86_400_000 })
  expect(() => ownCertificate({ SLUICE_TLS_CERT: cert, SLUICE_TLS_KEY: key })).toThrow('ended at')
})
