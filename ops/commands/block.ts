import type { Block } from '../../contract/blocks.ts'
import { BUYER_PATTERN, isBuyer } from '../../contract/buyer.ts'
import { commandLineUser } from '../actions/by.ts'
import { InputError } from '../actions/input-error.ts'
import { blockBuyer, unblockBuyer } from '../blocks/block-buyer.ts'
import { wrongReason } from '../blocks/block-reason.ts'
import { withStores } from '../terminal/connections.ts'
import type { AddCommand } from '../terminal/terminal.ts'
import { whole } from '../terminal/whole.ts'

function checkBuyer(user: string): void {
  if (!isBuyer(user)) {
    throw new InputError(`USER must be 1 to 128 visible ASCII characters (${BUYER_PATTERN})`)
  }
}

/** `block` and `unblock`: MySQL first, which is the record; then Redis, from where the doors pull the list. */
export const addBlock: AddCommand = (parent, { env, print }) => {
  parent
    .command('block')
    .description("refuse a buyer's clicks, or slow them (--score below the door's blocked_from_score)")
    .argument('<user>', 'the buyer')
    .option('--reason <text>', 'why; only people read it', '')
    .option('--score <n>', 'the risk, 1 to 100', whole(1, 100), 100)
    .action(async (user: string, { reason, score }: Omit<Block, 'buyer'>) => {
      checkBuyer(user)
      const wrong = wrongReason(reason)
      if (wrong !== undefined) throw new InputError(`--reason ${wrong}`)
      await withStores(env, (stores) => blockBuyer(stores, { buyer: user, score, reason }, commandLineUser()))
      print({ buyer: user, score, reason }, `${user} has the risk score ${score}`)
    })

  parent
    .command('unblock')
    .description('take a buyer off the block list')
    .argument('<user>', 'the buyer')
    .action(async (user: string) => {
      checkBuyer(user)
      const removed = await withStores(env, (stores) => unblockBuyer(stores, user, commandLineUser()))
      print({ buyer: user, removed }, removed ? `${user} is off the list` : `${user} was not on the list`)
    })
}
