import type { Check } from '../../contract/console/rehearsal.ts'
import { saleKeys } from '../../contract/keys.ts'
import { listLiveSales } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import { auditSale } from '../audit/audit-sale.ts'
import { pageFiles } from '../pages/page-files.ts'
import { prewarm } from '../pages/prewarm.ts'
import { checkUpload } from '../pages/upload-sale.ts'
import type { SaleStores } from '../sales/sale-stores.ts'
import { no, ok, warn } from './check.ts'
import { checkDoors } from './check-doors.ts'
import {
  checkClocks,
  checkDisk,
  checkOperators,
  checkPayments,
  checkReports,
  checkSettings,
  type RehearsalStores,
} from './check-surroundings.ts'

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
