import { execFile } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from './find-program.ts'

/** Paths of a certificate (with its chain) and its private key, both PEM. */
export interface Certificate {
  cert: string
  key: string
}

const NAMES = ['DNS:flash.localhost', 'DNS:shop.localhost', 'DNS:ops.localhost', 'IP:127.0.0.1']
const VALID_DAYS = 90
/** One that ends sooner is made anew at the next start. */
const RENEW_BEFORE_MS = 30 * 86_400_000

/**
 * The certificate for development in `dir`: as it is while it is good for another month, else made anew. Signed by
 * itself, so a browser asks once; tests and curl take it as their `--cacert`. Made by the openssl program, which nearly
 * every Debian has: node:crypto reads certificates but can not sign them, and a library for this one call would be
 * a dependency of production.
 */
export async function provideCertificate(dir: string): Promise<Certificate> {
  const made = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') }
  if (!isGood(made)) await make(dir, made)
  return made
}

/** True when the pair belongs together, has today's names, and does not end soon. */
function isGood({ cert, key }: Certificate): boolean {
  try {
    const x509 = new X509Certificate(readFileSync(cert))
    const names = x509.subjectAltName?.replace(/IP Address:/g, 'IP:').split(', ') ?? []
    return (
      x509.checkPrivateKey(createPrivateKey(readFileSync(key))) &&
      NAMES.every((name) => names.includes(name)) &&
      Date.parse(x509.validTo) - Date.now() > RENEW_BEFORE_MS
    )
  } catch {
    // missing, or cut short
    return false
  }
}

async function make(dir: string, { cert, key }: Certificate): Promise<void> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const config = join(dir, 'openssl.cnf')
  // Its own configuration: the system's may add what does not belong here.
  writeFileSync(
    config,
    `[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = Sluice for development
[extensions]
subjectAltName = ${NAMES.join(',')}
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
`,
  )
  const draft = { cert: `${cert}.new`, key: `${key}.new` }
  const days = ['-days', String(VALID_DAYS)]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc']
  const args = [
    'req',
    '-x509',
    '-config',
    config,
    ...curve,
    ...days,
    '-keyout',
    draft.key,
    '-out',
    draft.cert,
  ]
  try {
    await promisify(execFile)(findProgram('openssl') ?? 'openssl', args)
  } catch (error) {
    throw new Error('the certificate for development could not be made by openssl', { cause: error })
  }
  // A start that dies in between leaves a pair that does not fit, which the next one makes anew.
  renameSync(draft.key, key)
  renameSync(draft.cert, cert)
  rmSync(config)
}

/** Ops' own certificate: SLUICE_TLS_CERT and SLUICE_TLS_KEY, both or none. Throws an Error that names what is missing. */
export function ownCertificate(env: Record<string, string | undefined>): Certificate | undefined {
  const { SLUICE_TLS_CERT: cert, SLUICE_TLS_KEY: key } = env
  if (!cert && !key) return undefined
  if (!cert || !key)
    throw new Error(`${cert ? 'SLUICE_TLS_KEY' : 'SLUICE_TLS_CERT'} is missing: the other needs it`)
  const x509 = new X509Certificate(readFileSync(cert))
  if (!x509.checkPrivateKey(createPrivateKey(readFileSync(key))))
    throw new Error('SLUICE_TLS_KEY does not belong to SLUICE_TLS_CERT')
  if (Date.parse(x509.validTo) < Date.now()) throw new Error(`SLUICE_TLS_CERT ended at ${x509.validTo}`)
  return { cert, key }
}
