import type { Block } from '../../contract/blocks.ts'
import type { ListedBlock } from '../../contract/console/block.ts'
import { type Db, select } from '../../platform/mysql.ts'

/** Blocks by the buyer's name: those that hold `search`, after the buyer `after`, `most` at most. */
export async function listBlocks(
  db: Db,
  { search = '', after = '' }: { search?: string | undefined; after?: string | undefined },
  most: number,
): Promise<ListedBlock[]> {
  const rows = await select<Block & { created_at: Date }>(
    db,
    `SELECT buyer, score, reason, created_at FROM blocks
     WHERE buyer > ? AND (INSTR(buyer, ?) > 0 OR INSTR(reason, ?) > 0) ORDER BY buyer LIMIT ?`,
    [after, search, search, most],
  )
  return rows.map(({ buyer, score, reason, created_at }) => ({
    ...{ buyer, score, reason, createdAt: created_at.toISOString() },
  }))
}

export async function countBlocks(db: Db): Promise<number> {
  const [row] = await select<{ blocks: number }>(db, 'SELECT COUNT(*) AS blocks FROM blocks')
  return Number(row?.blocks ?? 0)
}
