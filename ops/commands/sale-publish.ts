import { commandLineUser } from '../actions/by.ts'
import type { AddCommand } from '../command.ts'
import { withStores } from '../connections.ts'
import { NO_PAGE } from '../create-sale.ts'
import { publishSale } from '../publish-sale.ts'
import { whole } from '../sale-options.ts'
import { saleView } from '../sale-view.ts'

export const addSalePublish: AddCommand = (parent, { env, json, err, print }) => {
  parent
    .command('publish')
    .description('publish a draft: its page and its card in Redis; again, to repair them')
    .argument('<id>', 'the sale', whole(1))
    .action(async (id: number) => {
      const sale = await withStores(env, (stores) => {
        if (stores.www === undefined && !json) err(NO_PAGE)
        return publishSale(stores, id, commandLineUser())
      })
      print(saleView(sale), `sale ${id} is ${sale.phase}`)
    })
}
