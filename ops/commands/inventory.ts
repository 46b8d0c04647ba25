import { listInventory } from '../../contract/inventory/read-inventory.ts'
import { commandLineUser } from '../actions/by.ts'
import { receiveUnits } from '../inventory/receive-units.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addInventory: AddCommand = (parent, { env, print }) => {
  const inventory = parent
    .command('inventory')
    .description("the shop's inventory, which sales take their stock from")
  inventory
    .command('add')
    .description('put units into the inventory')
    .argument('<sku>', 'the article')
    .option('--title <text>', 'what it is; needed for a new article')
    .requiredOption('--units <n>', 'units that came in', whole(1, 1_000_000_000))
    .action(async (sku: string, { title, units }: { title?: string; units: number }) => {
      const article = await withMysql(env, (mysql) =>
        receiveUnits(mysql, { sku, title, units }, commandLineUser()),
      )
      print(article, `${sku}: ${article.onHand} on hand`)
    })
  inventory
    .command('list')
    .description('list all articles: what came in is what is on hand and what sales have')
    .action(async () => {
      const articles = await withMysql(env, (mysql) => listInventory(mysql))
      const rows = articles.map((a) => [a.sku, ...[a.onHand, a.inSales, a.received].map(String), a.title])
      print(
        articles,
        articles.length === 0
          ? 'the inventory is empty; `inventory add` puts units into it'
          : alignColumns([['SKU', 'ON HAND', 'IN SALES', 'RECEIVED', 'TITLE'], ...rows]),
      )
    })
}
