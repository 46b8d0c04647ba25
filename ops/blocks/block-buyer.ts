import { type Block, readBlock, recordBlocks, removeBlock, spreadBlocks } from '../../contract/blocks.ts'
import { transaction } from '../../platform/mysql.ts'
import type { By } from '../actions/by.ts'
import { recordAction } from '../actions/record-action.ts'
import type { SaleStores } from '../sales/sale-stores.ts'

type Stores = Pick<SaleStores, 'mysql' | 'redis'>

/** MySQL first, which is the record; then Redis, from where the doors pull the list. */
export async function blockBuyer({ mysql, redis }: Stores, block: Block, by: By): Promise<void> {
  const { buyer, score, reason } = block
  await transaction(mysql, async (db) => {
    const before = await readBlock(db, buyer)
    await recordBlocks(db, [block])
    const after = { score, reason }
    await recordAction(db, {
      ...{ reason: reason === '' ? undefined : reason, ...by },
      ...{ action: 'block.set', target: buyer, before, after },
    })
  })
  await spreadBlocks(mysql, redis)
}

/** @returns whether the buyer was on the list. */
export async function unblockBuyer({ mysql, redis }: Stores, buyer: string, by: By): Promise<boolean> {
  const removed = await transaction(mysql, async (db) => {
    const before = await readBlock(db, buyer)
    if (!before) return false
    await removeBlock(db, buyer)
    await recordAction(db, { ...by, action: 'block.remove', target: buyer, before })
    return true
  })
  await spreadBlocks(mysql, redis)
  return removed
}

/** Sets many blocks in one transaction, all of them or none. */
export async function importBlocks(
  { mysql, redis }: Stores,
  blocks: readonly Block[],
  by: By,
): Promise<void> {
  await transaction(mysql, async (db) => {
    await recordBlocks(db, blocks)
    const after = { buyers: blocks.length, first: blocks.slice(0, 10).map(({ buyer }) => buyer) }
    await recordAction(db, { ...by, action: 'block.import', after })
  })
  await spreadBlocks(mysql, redis)
}
