import { statfs } from 'node:fs/promises'
import { request } from 'undici'
import { saleKeys } from '../../contract/keys.ts'
import { readReports } from '../../contract/reports.ts'
import { listLiveSales } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { select } from '../../platform/mysql.ts'
import { checkMysqlSettings, checkRedisSettings } from '../../platform/safe-settings.ts'
import { auditSale } from '../audit/audit-sale.ts'
import { pageFiles } from '../pages/page-files.ts'
import { prewarm } from '../pages/prewarm.ts'
import { checkUpload } from '../pages/upload-sale.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { CLOCKS_MS, checkDoors } from './check-doors.ts'
import type { Check } from './report.ts'

export interface RehearsalStores extends SaleStores {
  /** The payment provider's address; without it the provider is not asked. */
  payments?: string | undefined
}

const FREE_BYTES = 1_000_000_000
const FREE_SHARE = 0.05

/** What has to be right before a sale opens, besides that it can be sold. Nothing is changed. Never throws. */
export async function checkSale(stores: RehearsalStores, sale: Sale): Promise<Check[]> {
  const looks: [name: string, look: () => Promise<Check | Check[]>][] = [
    ['sale', async () => checkState(sale)],
    ['doors', () => checkDoors(stores.doors ?? [], sale)],
    ['pages', () => checkPages(stores, sale)],
    ['cdn', () => checkCdn(stores, sale)],
    ['books', () => checkBooks(stores, sale)],
    ['gateways', () => checkReports(stores, 'gateway')],
    ['workers', () => checkReports(stores, 'worker')],
    ['settings', () => checkSettings(stores)],
    ['clocks', () => checkClocks(stores)],
    ['operators', () => checkOperators(stores)],
    ['payments', () => checkPayments(stores)],
    ['disk', () => checkDisk(stores)],
    ['neighbours', () => checkNeighbours(stores, sale)],
  ]
  const found = await Promise.all(
    looks.map(async ([name, look]) => {
      const failed = (error: Error): Check => ({ name, verdict: 'no', says: error.message || error.name })
      return [await look().catch(failed)].flat()
    }),
  )
  return found.flat()
}

const ok = (name: string, says: string): Check => ({ name, verdict: 'ok', says })
const no = (name: string, says: string): Check => ({ name, verdict: 'no', says })
const warn = (name: string, says: string): Check => ({ name, verdict: 'warn', says })

function checkState({ phase, closesAt }: Sale): Check {
  if (phase === 'draft') return no('sale', 'is a draft: publish it first')
  if (phase !== 'published') return no('sale', `is ${phase}`)
  return Date.now() < closesAt ? ok('sale', 'is published') : no('sale', 'has ended')
}

async function checkPages({ doors = [] }: SaleStores, sale: Sale): Promise<Check> {
  const warmed = await prewarm(doors, await pageFiles(sale))
  const wrong = warmed.flatMap(({ door, files, problem }) => [
    ...(problem === undefined ? [] : [problem]),
    ...files.flatMap((file) => (file.problem ? [`${door}${file.url} ${file.problem}`] : [])),
  ])
  if (wrong.length > 0) return no('pages', wrong.join('; '))
  return ok(
    'pages',
    `${warmed[0]?.files.length ?? 0} pages and assets are at every door as they were published`,
  )
}

async function checkCdn({ cdn }: SaleStores, sale: Sale): Promise<Check> {
  if (cdn === undefined) return ok('cdn', 'none is set: the doors serve the pages themselves')
  const wrong = await checkUpload(cdn, sale.id)
  if (wrong === undefined) return no('cdn', `${cdn} has no manifest of the sale: publish it again`)
  return wrong.length > 0 ? no('cdn', wrong.join('; ')) : ok('cdn', 'its folder holds what was published')
}

async function checkBooks(stores: SaleStores, sale: Sale): Promise<Check> {
  const [stock, left] = await stores.redis.hmget(saleKeys(sale.id).card, 'stock', 'left')
  if (stock == null) return no('books', 'Redis does not hold the sale: publish it again')
  const problems = (await auditSale(stores, sale.id))?.audit.problems ?? ['there is no such sale']
  return problems.length > 0
    ? no('books', problems.join('; '))
    : ok('books', `right; ${left} of ${stock} units to sell`)
}

async function checkReports({ redis }: SaleStores, kind: 'gateway' | 'worker'): Promise<Check> {
  const alive = (await readReports(redis, kind)).size
  if (alive === 0) return no(`${kind}s`, `no ${kind} reports: none runs, or Redis does not hear it`)
  if (alive === 1) return warn(`${kind}s`, `only one ${kind} runs: nobody takes over when it dies`)
  return ok(`${kind}s`, `${alive} run`)
}

async function checkSettings({ mysql, redis }: SaleStores): Promise<Check> {
  await checkRedisSettings(redis)
  await checkMysqlSettings(mysql, (error) => {
    throw error
  })
  return ok('settings', 'those of MySQL and Redis are safe')
}

async function checkClocks({ mysql, redis }: SaleStores): Promise<Check> {
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

async function checkOperators({ mysql }: SaleStores): Promise<Check> {
  const rows = await select<{ name: string }>(
    mysql,
    "SELECT name FROM operators WHERE role = 'operator' AND disabled_at IS NULL",
  )
  if (rows.length === 0)
    return no('operators', 'there is none who could pause the sale: `operator add` makes one')
  return ok('operators', `${rows.length} may steer the sale`)
}

async function checkPayments({ payments }: RehearsalStores): Promise<Check> {
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

async function checkDisk({ www }: SaleStores): Promise<Check> {
  const { bavail, bsize, blocks } = await statfs(www ?? '.')
  const free = bavail * bsize
  const says = `${(free / 1e9).toFixed(1)} GB free, ${Math.round((100 * bavail) / blocks)} %`
  return free < FREE_BYTES || bavail / blocks < FREE_SHARE ? no('disk', says) : ok('disk', says)
}

async function checkNeighbours({ mysql }: SaleStores, sale: Sale): Promise<Check> {
  const now = Date.now()
  const open = (await listLiveSales(mysql)).filter(
    ({ id, phase, opensAt, closesAt, rehearsalOf }) =>
      id !== sale.id &&
      rehearsalOf === undefined &&
      phase === 'published' &&
      opensAt <= now &&
      now < closesAt,
  )
  if (open.length === 0) return ok('neighbours', 'no other sale is open')
  return warn('neighbours', `sale ${open.map(({ id }) => id).join(', ')} is open, and shared the machines`)
}
