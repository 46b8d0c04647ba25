import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The random credentials of one run folder. They stay the same over restarts, because the data knows them. */
export interface Secrets {
  mysql: string
  mysqlAdmin: string
  redis: string
  amqp: string
  amqpOperator: string
  erlangCookie: string
  jwt: string
  ticket: string
  edgeKey: string
  /** What the shop proves itself to the payment provider with. */
  paymentKey: string
  webhook: string
  /** Signs the console's sessions. */
  ops: string
  /** Of the operator `admin`. */
  admin: string
}

const NAMES = [
  'mysql',
  'mysqlAdmin',
  'redis',
  'amqp',
  'amqpOperator',
  'erlangCookie',
  'jwt',
  'ticket',
  'edgeKey',
  'paymentKey',
  'webhook',
  'ops',
  'admin',
] as const satisfies (keyof Secrets)[]

/** Reads `secrets.json` of a run folder, after making what is missing. Readable by its owner only. */
export function readSecrets(dir: string): Secrets {
  const file = join(dir, 'secrets.json')
  const known: Partial<Secrets> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  // base64url needs no escaping in a URL, in SQL, in a Redis configuration or in Erlang.
  const secrets = Object.fromEntries(
    NAMES.map((name) => [name, known[name] ?? randomBytes(30).toString('base64url')]),
  ) as unknown as Secrets
  if (NAMES.some((name) => known[name] === undefined)) {
    writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return secrets
}
