import { randomUUID } from 'node:crypto'
import { type Db, type Pool, select, transaction } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { BLOCKS } from './keys.ts'

/** A buyer whose clicks are refused or slowed. `score`: the risk, 1 to 100. */
export interface Block {
  buyer: string
  score: number
  reason: string
}

/** The field of {@link BLOCKS} that names the version of the list; no buyer has an empty name. */
export const BLOCKS_VERSION = ''

const CHUNK = 1_000

/** What MySQL has of a buyer; undefined where there is no block. Locks its row. */
export async function readBlock(db: Db, buyer: string): Promise<Omit<Block, 'buyer'> | undefined> {
  const [row] = await select<Omit<Block, 'buyer'>>(
    db,
    'SELECT score, reason FROM blocks WHERE buyer = ? FOR UPDATE',
    [buyer],
  )
  return row && { score: row.score, reason: row.reason }
}

/** Records blocks, each in place of an older one of the same buyer. In a transaction. */
export async function recordBlocks(db: Db, blocks: readonly Block[]): Promise<void> {
  for (let at = 0; at < blocks.length; at += CHUNK) {
    const some = blocks.slice(at, at + CHUNK)
    await db.query('DELETE FROM blocks WHERE buyer IN (?)', [some.map(({ buyer }) => buyer)])
    await db.query('INSERT INTO blocks (buyer, score, reason) VALUES ?', [
      some.map(({ buyer, score, reason }) => [buyer, score, reason]),
    ])
  }
}

/** @returns whether there was one. */
export async function removeBlock(db: Db, buyer: string): Promise<boolean> {
  const [result] = await db.query('DELETE FROM blocks WHERE buyer = ?', [buyer])
  return (result as { affectedRows: number }).affectedRows > 0
}

/**
 * Writes MySQL's whole list to Redis, in one step, under a new version: the doors see it in the next snapshot and pull
 * the list. The rows stay locked meanwhile, so that of two commands at once the later one also writes the later list.
 */
export const spreadBlocks = (mysql: Pool, redis: Redis): Promise<void> =>
  transaction(mysql, async (db) => {
    const rows = await select<{ buyer: string; score: number }>(
      db,
      'SELECT buyer, score FROM blocks FOR UPDATE',
    )
    const step = redis.multi().del(BLOCKS).hset(BLOCKS, BLOCKS_VERSION, randomUUID())
    for (let at = 0; at < rows.length; at += CHUNK) {
      step.hset(BLOCKS, ...rows.slice(at, at + CHUNK).flatMap(({ buyer, score }) => [buyer, score]))
    }
    for (const [error] of (await step.exec()) ?? []) if (error) throw error
  })
