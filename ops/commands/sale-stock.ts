import { readSale } from '../../contract/sales.ts'
import { commandLineUser } from '../actions/by.ts'
import { unknownSale } from '../sales/unknown-sale.ts'
import { confirmStock, proposeStock } from '../stock/propose-stock.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

export const addSaleStock: AddCommand = (parent, { env, json, err, print }) => {
  parent
    .command('stock')
    .description('change the stock, also while the sale runs; never below what is sold, held or in flight')
    .argument('<id>', 'the sale', whole(1))
    .argument('<units>', 'the new stock', whole(1))
    .option('--dry-run', 'say what would change, and change nothing')
    .action(async (id: number, stock: number, { dryRun = false }: { dryRun?: boolean }) => {
      await withStores(env, async (stores) => {
        const sale = await readSale(stores.mysql, id)
        if (!sale) throw unknownSale(id)
        const proposed = await proposeStock(stores, { sale: id, stock, version: sale.version })
        const { before, after, sold, inFlight, lowest, inventory } = proposed
        const text = `sale ${id}: stock ${before} -> ${after}; ${sold} are sold or held, ${inFlight} in flight, so ${lowest} is the lowest`
        const moved = inventory
          ? `; ${inventory.sku}: on hand ${inventory.onHandBefore} -> ${inventory.onHandAfter}`
          : ''
        if (dryRun) return print(proposed, text + moved)
        const changed = await confirmStock(stores, id, proposed.change, commandLineUser())
        if (!changed.told && !json)
          err('note: Redis could not be told now; the workers tell it within seconds')
        print(changed, text + moved)
      })
    })
}
