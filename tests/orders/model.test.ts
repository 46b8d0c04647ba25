import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Deduction } from '../../contract/words.ts'
import { createReconciler } from '../../workers/reconcile/reconcile.ts'
import { type LentStores, lendStores } from '../lend-stores.ts'
import { drain } from './drain.ts'
import type { Model } from './model.ts'
import { readBooks } from './read-books.ts'
import { openShop } from './shop.ts'
import type { Real } from './step.ts'
import { steps } from './steps.ts'

/**
 * Random lives of a few orders, step by step, against a small model. A failure prints its seed, path and replayPath; the
 * same life again, at once:
 *
 *   MODEL_SEED=… MODEL_PATH='…' MODEL_REPLAY='…' npx vitest run tests/orders/model.test.ts -t 'at the order'
 *
 * MODEL_RUNS sets how many lives are tried.
 */
const { MODEL_SEED, MODEL_PATH, MODEL_REPLAY, MODEL_RUNS } = process.env

let stores: LentStores

beforeAll(async () => {
  stores = await lendStores({ connections: 8 })
})
afterAll(() => stores?.stop())

async function setUp(
  deduct: Deduction,
  stock: number,
  standby: number,
): Promise<{ model: Model; real: Real }> {
  await stores.redis.flushall()
  // Sales of earlier lives do not concern the reconciler of this one.
  await stores.mysql.query("UPDATE sales SET phase = 'settled'")
  const shop = await openShop(stores, { stock, standby, deduct, perUser: 2 })
  const reconciler = createReconciler(shop.backends, {
    name: 'test',
    queueIsEmpty: async () => false,
    // What the orders' own steps tell is never wrong: nothing has to be loaded anew.
    onRepair: (repair) => expect(repair).not.toBe('books_differed'),
  })
  const model: Model = {
    ...{ stock, standby, deduct, tickets: new Map(), orders: new Map(), refusals: new Map(), untold: false },
  }
  return { model, real: { shop, reconciler, messages: [], tellings: [], books: await readBooks(shop) } }
}

test.each([
  ['at the order', 'order'],
  ['at the payment', 'payment'],
  ['at the order, for a short hold', 'hold'],
] as const)('units taken %s: every life of an order is as the model says', async (_, deduct) => {
  const lives = fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 0, max: 5 }),
    fc.commands(steps, {
      maxCommands: 60,
      size: 'max',
      ...(MODEL_REPLAY === undefined ? {} : { replayPath: MODEL_REPLAY }),
    }),
    async (stock, standby, commands) => {
      await fc.asyncModelRun(() => setUp(deduct, stock, standby), [...commands, drain()])
    },
  )
  await fc.assert(lives, {
    numRuns: Number(MODEL_RUNS ?? 20),
    interruptAfterTimeLimit: 60_000,
    markInterruptAsFailure: false,
    ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
    ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH }),
  })
})
