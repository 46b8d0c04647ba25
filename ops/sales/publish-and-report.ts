import type { PublishReport, WarmedDoor } from '../../contract/console/published.ts'
import { saleKeys } from '../../contract/keys.ts'
import { readSale } from '../../contract/sales.ts'
import type { Sale } from '../../contract/words.ts'
import type { By } from '../actions/by.ts'
import { pageFiles } from '../pages/page-files.ts'
import { prewarm } from '../pages/prewarm.ts'
import { publishSale } from './publish-sale.ts'
import type { SaleStores } from './sale-stores.ts'

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
