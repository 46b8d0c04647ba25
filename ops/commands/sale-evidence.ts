import { writeFile } from 'node:fs/promises'
import { readSale } from '../../contract/sales.ts'
import { type ListedOrder, listOrders, writeOrdersCsv } from '../evidence/list-orders.ts'
import { writeEvidence } from '../evidence/write-report.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withMysql, withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSaleEvidence: AddCommand = (parent, { env, json, print, write }) => {
  parent
    .command('evidence')
    .description(
      'write the evidence of a sale: one HTML page with everything that happened, and how to check it',
    )
    .argument('<id>', 'the sale', whole(1))
    .requiredOption('--out <file>', 'where to write it')
    .action(async (id: number, { out }: { out: string }) => {
      const page = await withStores(env, (stores) => writeEvidence(stores, id), { redisMayBeDown: true })
      await writeFile(out, page)
      print({ file: out, bytes: Buffer.byteLength(page) }, `the evidence of sale ${id} is in ${out}`)
    })

  parent
    .command('orders')
    .description('list the orders of a sale')
    .argument('<id>', 'the sale', whole(1))
    .option('--csv', 'as CSV, to open in a spreadsheet')
    .action(async (id: number, { csv }: { csv?: boolean }) => {
      await withMysql(env, async (mysql) => {
        if (!(await readSale(mysql, id))) throw unknownSale(id)
        if (csv && !json) {
          for await (const part of writeOrdersCsv(mysql, id)) await write(part)
          return
        }
        const orders: ListedOrder[] = []
        for await (const page of listOrders(mysql, id)) orders.push(...page)
        const rows = orders.map((one) => [
          one.order,
          one.buyer,
          String(one.quantity),
          one.state,
          one.createdAt,
        ])
        print(orders, alignColumns([['order', 'buyer', 'quantity', 'state', 'made'], ...rows]))
      })
    })
}
