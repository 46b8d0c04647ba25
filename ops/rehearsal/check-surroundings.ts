import { statfs } from 'node:fs/promises'
import { request } from 'undici'
import type { Check } from '../../contract/console/rehearsal.ts'
import { readReports } from '../../contract/reports.ts'
import { select } from '../../platform/mysql.ts'
import { checkMysqlSettings, checkRedisSettings } from '../../platform/safe-settings.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { no, ok, warn } from './check.ts'
import { CLOCKS_MS } from './check-doors.ts'

export interface RehearsalStores extends SaleStores {
  /** The payment provider's address; without it the provider is not asked. */
  payments?: string | undefined
}

const FREE_BYTES = 1_000_000_000
const FREE_SHARE = 0.05

export async function checkReports({ redis }: SaleStores, kind: 'gateway' | 'worker'): Promise<Check> {
  const alive = (await readReports(redis, kind)).size
  if (alive === 0) return no(`${kind}s`, `no ${kind} reports: none runs, or Redis does not hear it`)
  if (alive === 1) return warn(`${kind}s`, `only one ${kind} runs: nobody takes over when it dies`)
  return ok(`${kind}s`, `${alive} run`)
}

export async function checkSettings({ mysql, redis }: SaleStores): Promise<Check> {
  await checkRedisSettings(redis)
  await checkMysqlSettings(mysql, (error) => {
    throw error
  })
  return ok('settings', 'those of MySQL and Redis are safe')
}

export async function checkClocks({ mysql, redis }: SaleStores): Promise<Check> {
  const began = Date.now()
  const [[row], [seconds, micros]] = await Promise.all([
    select<{ now: Date }>(mysql, 'SELECT UTC_TIMESTAMP(3) AS now'),
    redis.time() as unknown as Promise<[string, string]>,
  ])
  const here = (began + Date.now()) / 2
  const apart = {
    MySQL: Math.abs(row!.now.getTime() - here),
    Redis: Math.abs(Number(seconds) * 1_000 + Number(micros) / 1_000 - here),
  }
  const wrong = Object.entries(apart).filter(([, ms]) => ms > CLOCKS_MS)
  const said = Object.entries(apart).map(([name, ms]) => `${name} ${Math.round(ms)} ms`)
  return wrong.length > 0
    ? no('clocks', `are apart: ${said.join(', ')}`)
    : ok('clocks', `agree: ${said.join(', ')} away from ours`)
}

export async function checkOperators({ mysql }: SaleStores): Promise<Check> {
  const rows = await select<{ name: string }>(
    mysql,
    "SELECT name FROM operators WHERE role = 'operator' AND disabled_at IS NULL",
  )
  if (rows.length === 0)
    return no('operators', 'there is none who could pause the sale: `operator add` makes one')
  return ok('operators', `${rows.length} may steer the sale`)
}

export async function checkPayments({ payments }: RehearsalStores): Promise<Check> {
  if (payments === undefined)
    return warn('payments', 'the provider is not asked: SLUICE_PAYMENT_URL is not set here')
  const answer = await request(payments, { headersTimeout: 3_000, bodyTimeout: 3_000 }).catch(
    (error: Error) => error,
  )
  if (answer instanceof Error) return no('payments', `the provider does not answer (${answer.message})`)
  await answer.body.dump()
  if (answer.statusCode >= 500) return no('payments', `the provider answers ${answer.statusCode}`)
  return ok('payments', 'the provider answers')
}

export async function checkDisk({ www }: SaleStores): Promise<Check> {
  const { bavail, bsize, blocks } = await statfs(www ?? '.')
  const free = bavail * bsize
  const says = `${(free / 1e9).toFixed(1)} GB free, ${Math.round((100 * bavail) / blocks)} %`
  return free < FREE_BYTES || bavail / blocks < FREE_SHARE ? no('disk', says) : ok('disk', says)
}
