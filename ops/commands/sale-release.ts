import type { ReleaseRate } from '../../contract/words.ts'
import { commandLineUser } from '../actions/by.ts'
import { changeRelease, changeStandby, releaseText } from '../sales/change-release.ts'
import { release, standby } from '../sales/sale-options.ts'
import { saleView } from '../sales/sale-view.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

/** `sale release` and `sale standby`: what may be turned while a sale runs. */
export const addSaleRelease: AddCommand = (parent, { env, print }) => {
  parent
    .command('release')
    .description('set how fast the line is released, also while the sale runs')
    .argument('<id>', 'the sale', whole(1))
    .argument('<rate>', 'BATCH/MS or auto', release)
    .action(async (id: number, rate: ReleaseRate) => {
      const sale = await withStores(env, (stores) => changeRelease(stores, id, rate, commandLineUser()))
      print(saleView(sale), `sale ${id} releases ${releaseText(sale.release)}`)
    })

  parent
    .command('standby')
    .description('set how many may wait beyond the units left')
    .argument('<id>', 'the sale', whole(1))
    .argument('<units>', 'N, or N% of the stock', standby)
    .action(async (id: number, units: number | { percent: number }) => {
      const sale = await withStores(env, (stores) => changeStandby(stores, id, units, commandLineUser()))
      print(saleView(sale), `${sale.standby} may stand by in sale ${id}`)
    })
}
