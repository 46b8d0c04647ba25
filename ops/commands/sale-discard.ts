import { commandLineUser } from '../actions/by.ts'
import { discardDraft, tellDiscarded } from '../sales/discard-draft.ts'
import { saleView } from '../sales/sale-view.ts'
import { withMysql } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSaleDiscard: AddCommand = (parent, { env, print }) => {
  parent
    .command('discard')
    .description('give up a draft: it is never published, and its units go back to the shop')
    .argument('<id>', 'the sale', whole(1))
    .action(async (id: number) => {
      const sale = await withMysql(env, (mysql) => discardDraft(mysql, id, commandLineUser()))
      print(saleView(sale), tellDiscarded(sale))
    })
}
