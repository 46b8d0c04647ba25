import { saleKeys } from '../../contract/keys.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import type { By } from '../actions/by.ts'
import { pageFiles } from '../pages/page-files.ts'
import { prewarm, type WarmedDoor } from '../pages/prewarm.ts'
import { publishSale } from './publish-sale.ts'
import type { SaleStores } from './sale-stores.ts'

export interface PublishReport {
  /** Whether every door has the page as it was published; the sale is published in any case. */
  ok: boolean
  problems: string[]
  /** The page and all that it needs. */
  files: { name: string; bytes: number; zippedBytes: number | null; sha256: string }[]
  /** The folder that a CDN takes its files from; null where SLUICE_CDN_DIR names none. */
  cdn: { dir: string; files: number } | null
  doors: WarmedDoor[]
  /** The card in Redis: what may be sold from there. */
  preload: { epoch: number; stock: number; left: number } | null
}

/**
 * Publishes a sale (see {@link publishSale}), then asks every door for its page and assets. Throws as publishSale; what
 * only the report shows (a door that is down) does not undo the publication.
 */
export async function publishAndReport(
  stores: SaleStores,
  id: number,
  by?: By,
  version?: number,
): Promise<{ sale: Sale; report: PublishReport }> {
  await publishSale(stores, id, by, version)
  const sale = (await readSale(stores.mysql, id))!
  // Without a folder for pages none was written, and none can be asked for.
  const files = stores.www === undefined ? [] : await pageFiles(sale)
  const doors = stores.www === undefined ? [] : await prewarm(stores.doors ?? [], files)
  const preload = await readCard(stores, id)
  const problems = [
    ...doors.flatMap(problemsOf),
    ...(preload === null ? ['Redis does not hold the sale: nobody can join yet'] : []),
  ]
  return {
    sale,
    report: {
      ok: problems.length === 0,
      problems,
      files: files.map(({ name, content, zipped, hash }) => ({
        ...{ name, bytes: content.length, zippedBytes: zipped?.length ?? null, sha256: hash },
      })),
      cdn: stores.cdn === undefined ? null : { dir: stores.cdn, files: files.length },
      doors,
      preload,
    },
  }
}

const problemsOf = ({ door, files, problem }: WarmedDoor): string[] => [
  ...(problem === undefined ? [] : [problem]),
  ...files.flatMap((file) => (file.problem === undefined ? [] : [`${door}${file.url} ${file.problem}`])),
]

async function readCard({ redis }: SaleStores, id: number): Promise<PublishReport['preload']> {
  const [epoch, stock, left] = await redis.hmget(saleKeys(id).card, 'epoch', 'stock', 'left')
  return epoch == null ? null : { epoch: Number(epoch), stock: Number(stock), left: Number(left) }
}
