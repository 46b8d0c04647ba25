import { readSale } from '../../contract/sales.ts'
import { saleView } from '../sales/sale-view.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSaleShow: AddCommand = (parent, { env, print }) => {
  parent
    .command('show')
    .description('show everything that is set about a sale')
    .argument('<id>', 'the sale', whole(1))
    .action(async (id: number) => {
      const sale = await withMysql(env, (mysql) => readSale(mysql, id))
      if (!sale) throw unknownSale(id)
      const view = saleView(sale)
      const release = view.release === 'auto' ? 'auto' : `${view.release.batch}/${view.release.everyMs}`
      const rows = Object.entries({ ...view, release }).map(([name, value]) => [name, String(value)])
      print(view, alignColumns(rows))
    })
}
