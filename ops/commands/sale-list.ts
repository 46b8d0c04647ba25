import { listSales } from '../../contract/sales.ts'
import { saleView } from '../sales/sale-view.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'

export const addSaleList: AddCommand = (parent, { env, print }) => {
  parent
    .command('list')
    .description('list all sales, the newest first')
    .action(async () => {
      const sales = (await withMysql(env, (mysql) => listSales(mysql))).map(saleView)
      const rows = sales.map((s) => [
        String(s.id),
        s.phase,
        `${s.sold}/${s.stock}`,
        s.opensAt,
        s.closesAt,
        s.title,
      ])
      print(
        sales,
        sales.length === 0
          ? 'there is no sale yet; `sale create` makes one'
          : alignColumns([['ID', 'PHASE', 'SOLD', 'OPENS', 'CLOSES', 'TITLE'], ...rows]),
      )
    })
}
