import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrokenProduct, copyProduct, type Damage } from './broken-product.ts'
import { type FaultStack, startFaultStack } from './fault-stack.ts'
import type { Plan } from './plan.ts'
import type { Probe } from './probe.ts'
import { openProbe, runSeed } from './run-seed.ts'
import {
  brokerDiesFull,
  everybodyCancelsTwice,
  redisBelievesInMore,
  reserveRepliesLost,
  twiceAsManyPay,
  workerDiesBeforeCommit,
} from './scenarios.ts'

// The product is broken in a copy, one guard at a time; the model must see it. Each test lives its scenario through with
// the guard first: what is red without it has to be green with it.

const MINUTES = 240_000
/** Longer than an order has to be paid: one that was refused its payment is open until then. */
const PATIENT = { recoveryMs: 30_000, settleMs: 75_000, finalsMs: 20_000, auditMs: 20_000 }
/** What a broken product leaves open is not waited for long. */
const IMPATIENT = { recoveryMs: 20_000, settleMs: 5_000, finalsMs: 2_000, auditMs: 0 }

let product: BrokenProduct
let at: FaultStack
let probe: Probe

beforeAll(async () => {
  product = await copyProduct()
  at = await startFaultStack({ root: product.root, gateways: 1, workers: 1 })
  probe = await openProbe(at)
}, MINUTES)

afterAll(async () => {
  await at?.stop()
  product?.remove()
}, MINUTES)

/** Lives a scenario through and gives the kinds of what was wrong, each once. */
async function live(scenario: () => Plan, patience = PATIENT): Promise<string[]> {
  const { problems } = await runSeed(at, scenario(), probe, patience)
  return [...new Set(problems.map(({ kind }) => kind))]
}

async function breakIt(...damages: Damage[]): Promise<void> {
  product.damage(...damages)
  for (const name of ['gateway-1', 'worker-1']) await at.stack.stopProcess(name)
  await Promise.all(['gateway-1', 'worker-1'].map((name) => at.stack.startProcess(name)))
}

const GUARD_OFF: Damage = {
  file: 'dist/contract/orders/units.js',
  find: 'sold = sold + ? WHERE id = ? AND sold + ? <= stock',
  replace: 'sold = sold + ? WHERE id = ?',
}
/** The second net under a lost message: what flies for long is sent again. It would catch what a control lets fall. */
const NOT_SENT_AGAIN: Damage = {
  file: 'dist/workers/reconcile/reconcile.js',
  find: 'LONG_FLIGHT_MS = 15_000',
  replace: 'LONG_FLIGHT_MS = 1e9',
}

test('with bare DECR instead of the idempotent reserve, lost replies leave units unsold', {
  timeout: MINUTES,
}, async () => {
  expect(await live(reserveRepliesLost)).toEqual([])
  await breakIt({
    file: 'lua/redis/reserve.lua',
    find: "local fates = redis.call('HMGET', KEYS[4], unpack(numbers))",
    replace: 'local fates = {}',
  })
  expect(await live(reserveRepliesLost, IMPATIENT)).toContain('unsold')
})

test('with non-persistent messages in a classic queue, a dead broker loses tickets', {
  timeout: MINUTES,
}, async () => {
  await breakIt(NOT_SENT_AGAIN)
  expect(await live(brokerDiesFull)).toEqual([])
  await breakIt(
    NOT_SENT_AGAIN,
    { file: 'dist/contract/stamp-message.js', find: 'persistent: true', replace: 'persistent: false' },
    // A quorum queue keeps what is not persistent too; a classic one is what the flag matters to. It has its own names,
    // since a queue can not change its kind.
    {
      file: 'dist/contract/topology.js',
      find: "ORDERS_QUEUE = 'sluice.orders'",
      replace: "ORDERS_QUEUE = 'sluice.orders.classic'",
    },
    {
      file: 'dist/contract/topology.js',
      find: "RELEASE_EXCHANGE = 'sluice.release'",
      replace: "RELEASE_EXCHANGE = 'sluice.release.classic'",
    },
    {
      file: 'dist/contract/topology.js',
      find: 'durable: true, arguments: ORDERS_ARGUMENTS',
      replace: 'durable: true',
    },
  )
  expect(await live(brokerDiesFull, IMPATIENT)).toContain('lost')
})

test('with ack before commit, a dead worker loses tickets', { timeout: MINUTES }, async () => {
  await breakIt(NOT_SENT_AGAIN)
  expect(await live(workerDiesBeforeCommit)).toEqual([])
  const ack = 'for (const delivery of live)\n            delivery.channel.ack(delivery.raw);\n'
  const started = 'const started = process.hrtime.bigint();'
  await breakIt(
    NOT_SENT_AGAIN,
    { file: 'dist/workers/consume.js', find: ack, replace: '' },
    { file: 'dist/workers/consume.js', find: started, replace: `${ack}${started}` },
  )
  expect(await live(workerDiesBeforeCommit, IMPATIENT)).toContain('lost')
})

test('with the SQL guard off, a Redis that believes in more units oversells', {
  timeout: MINUTES,
}, async () => {
  await breakIt()
  expect(await live(redisBelievesInMore)).toEqual([])
  await at.mysql.query('ALTER TABLE sales DROP CONSTRAINT IF EXISTS sold_within_stock')
  await breakIt(GUARD_OFF, {
    file: 'dist/workers/orders/record-batch.js',
    find: 'sale.stock - sale.sold',
    replace: 'Number.POSITIVE_INFINITY',
  })
  expect(await live(redisBelievesInMore, IMPATIENT)).toContain('oversold')
})

test('with the SQL guard off, payments that take the units oversell', { timeout: MINUTES }, async () => {
  await breakIt()
  await at.mysql.query('ALTER TABLE sales DROP CONSTRAINT IF EXISTS sold_within_stock')
  expect(await live(twiceAsManyPay)).toEqual([])
  await breakIt(GUARD_OFF)
  expect(await live(twiceAsManyPay, IMPATIENT)).toContain('oversold')
})

test('with restore without the unique key, a double click gives a unit back twice', {
  timeout: MINUTES,
}, async () => {
  // The key is the last of three: the order's state and its edges are looked at before. Without those it holds alone.
  await breakIt(
    {
      file: 'dist/contract/payments/conclude-unpaid.js',
      find: "order.state !== 'awaiting_payment' && order.state !== 'expiring'",
      replace: 'false',
    },
    {
      file: 'dist/contract/orders/move-order.js',
      find: '!ORDER_EDGES[order.state].includes(to)',
      replace: 'false',
    },
  )
  expect(await live(everybodyCancelsTwice)).toEqual([])
  await at.mysql.query('ALTER TABLE restores ADD INDEX (sale_id, number), DROP PRIMARY KEY')
  expect(await live(everybodyCancelsTwice, IMPATIENT)).toContain('oversold')
})
