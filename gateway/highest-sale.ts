import { type Pool, select } from '../platform/mysql.ts'

/** Shorter than a new sale needs to be known at the door, so nobody is told of a real one that it does not exist. */
const BELIEVED_MS = 50

/**
 * Whether a sale of this ID may exist: none above the highest one does. A crowd that asks for made-up numbers (nobody has
 * to sign in for that) costs MySQL one question in 50 ms, instead of one for each number.
 * The answer rejects while MySQL is down.
 */
export function createHighestSale(mysql: Pool): (id: number) => Promise<boolean> {
  let asked: { at: number; highest: Promise<number> } | undefined

  const ask = async (): Promise<number> => {
    const [row] = await select<{ highest: number | null }>(mysql, 'SELECT MAX(id) AS highest FROM sales')
    return row?.highest ?? 0
  }

  return async (id) => {
    if (!asked || Date.now() - asked.at >= BELIEVED_MS) asked = { at: Date.now(), highest: ask() }
    return id <= (await asked.highest)
  }
}
