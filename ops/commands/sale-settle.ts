import { commandLineUser } from '../actions/by.ts'
import { settleSale } from '../settlement/settle-sale.ts'
import { alignColumns } from '../terminal/align-columns.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSaleSettle: AddCommand = (parent, { env, print }) => {
  parent
    .command('settle')
    .description(
      'close the books of a sale that is over: units left go back to the shop, paid orders are told to it',
    )
    .argument('<id>', 'the sale', whole(1))
    .action(async (id: number) => {
      const { settlement, again } = await withStores(env, (stores) =>
        settleSale(stores, id, commandLineUser()),
      )
      const { outbox, settledAt, ...rest } = settlement
      const view = { ...rest, settledAt: new Date(settledAt).toISOString(), outbox, again }
      const rows = Object.entries({ ...view, outbox: `${outbox.sent} sent, ${outbox.waiting} waiting` })
      print(
        view,
        [
          again ? `sale ${id} was settled before; nothing changed` : `sale ${id} is settled`,
          alignColumns(rows.map(([name, value]) => [name, String(value)])),
        ].join('\n'),
      )
    })
}
